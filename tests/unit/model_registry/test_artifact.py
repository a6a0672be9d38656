"""Damaged versions are refused with a message that names the file and the remedy."""

import numpy as np
import orjson
import pytest

from server.core.errors import ArtifactError
from server.model_registry.artifact import open_artifact
from server.model_registry.golden import read_golden
from tests.small_model.version_folder import MODEL_ITEMS, reseal, write_version


@pytest.fixture
def version(tmp_path):
    return write_version(tmp_path / "v1")


def change_manifest(version, change) -> None:
    manifest = orjson.loads((version / "manifest.json").read_bytes())
    change(manifest)
    (version / "manifest.json").write_bytes(orjson.dumps(manifest))


def test_a_whole_version_opens(version):
    artifact = open_artifact(version)
    assert artifact.manifest.version == "v1"
    assert artifact.manifest.ranker.width == 34
    assert artifact.lines("item_ids.txt") == list(MODEL_ITEMS)
    assert artifact.array("co_neighbors.npy", (10, None), np.int32).shape == (10, 3)


def test_arrays_are_plain_and_read_only(version):
    array = open_artifact(version).array("item_vectors.npy", (10, 16), np.float32)
    assert type(array) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 1


@pytest.mark.parametrize("name", ["ranker.onnx", "tables/rank.item.id.npy", "golden.json"])
def test_a_truncated_file_is_refused(version, name):
    path = version / name
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArtifactError, match=rf"{name}: \d+ bytes, the manifest says \d+; .*again"):
        open_artifact(version)


def test_a_changed_byte_is_refused(version):
    path = version / "ranker.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    with pytest.raises(ArtifactError, match=r"ranker\.onnx: sha256 differs"):
        open_artifact(version)


def test_large_files_may_be_checked_by_size_alone(version):
    path = version / "ranker.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"\x07")
    assert open_artifact(version, digest_limit_bytes=100).manifest.version == "v1"


def test_a_missing_file_is_refused(version):
    (version / "popularity.npy").unlink()
    with pytest.raises(ArtifactError, match=r"popularity\.npy: missing"):
        open_artifact(version)


def test_a_half_written_folder_is_refused(version):
    (version / "manifest.json").unlink()
    with pytest.raises(ArtifactError, match=r"manifest\.json: cannot be read"):
        open_artifact(version)


def test_an_unknown_folder_is_refused(tmp_path):
    with pytest.raises(ArtifactError, match="no such model version"):
        open_artifact(tmp_path / "v9")


def test_a_manifest_that_is_no_json_is_refused(version):
    (version / "manifest.json").write_bytes(b'{"format": 1')
    with pytest.raises(ArtifactError, match="not JSON"):
        open_artifact(version)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda m: m.update(format=2), r"\$\.format"),
        (lambda m: m["retrieval"].pop("dimension"), r"\$\.retrieval"),
        (lambda m: m["ranker"]["numeric"][0].update(std=0), r"numeric\[0\]\.std"),
        (lambda m: m["ranker"]["embeddings"][0].update(pooling="max"), r"embeddings\[0\]\.pooling"),
        (lambda m: m.update(unknown=1), "unknown"),
    ],
)
def test_a_manifest_that_does_not_fit_names_the_key(version, change, key):
    change_manifest(version, change)
    with pytest.raises(ArtifactError, match=key):
        open_artifact(version)


def test_a_listed_file_outside_the_folder_is_refused(version):
    entry = {"sha256": "0" * 64, "size_bytes": 1}
    change_manifest(version, lambda m: m["files"].update({"tables/../../secret": entry}))
    with pytest.raises(ArtifactError):
        open_artifact(version)


def test_a_file_that_is_not_listed_is_refused(version):
    change_manifest(version, lambda m: m["files"].pop("ranker.onnx"))
    with pytest.raises(ArtifactError, match=r"'ranker\.onnx' is missing"):
        open_artifact(version).path("ranker.onnx")


def test_an_array_of_another_shape_or_type_is_refused(version):
    artifact = open_artifact(version)
    with pytest.raises(ArtifactError, match=r"array \(10, 16\) float32, expected \(9, any\)"):
        artifact.array("item_vectors.npy", (9, None), np.float32)
    with pytest.raises(ArtifactError, match="expected"):
        artifact.array("item_vectors.npy", (10, 16), np.int32)
    with pytest.raises(ArtifactError, match="not a readable array"):
        artifact.array("item_ids.txt", (10,), np.int32)


def test_an_empty_array_opens(version):
    np.save(version / "popularity.npy", np.empty(0, np.float32))
    reseal(version)
    assert open_artifact(version).array("popularity.npy", (0,), np.float32).shape == (0,)


def test_text_that_is_not_utf8_is_refused(version):
    (version / "item_ids.txt").write_bytes(b"\xff\n")
    reseal(version)
    with pytest.raises(ArtifactError, match=r"item_ids\.txt: not readable as UTF-8"):
        open_artifact(version).lines("item_ids.txt")


def test_golden_vectors_of_another_layout_are_refused(version):
    (version / "golden.json").write_bytes(b'{"users": [{}], "items": [], "ranker": []}')
    reseal(version)
    with pytest.raises(ArtifactError, match=r"golden\.json: not as expected"):
        read_golden(open_artifact(version))
