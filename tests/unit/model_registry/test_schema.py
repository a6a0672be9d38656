"""The server and the trainer check manifests against the same schema."""

from server.model_registry.manifest import SCHEMA_FILE
from tests.conftest import ROOT


def test_both_copies_of_the_manifest_schema_are_identical():
    trainers = ROOT / "torchrec_models" / "manifest.schema.json"
    assert SCHEMA_FILE.read_bytes() == trainers.read_bytes()
