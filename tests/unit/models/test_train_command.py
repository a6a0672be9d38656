"""`shortlist train` end to end on a world of four tastes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from tests.unit.models.conftest import START_MS, taste_rows, write_snapshot
from torchrec_models import train_command
from torchrec_models.data.snapshot import read_snapshot
from torchrec_models.errors import SnapshotError
from torchrec_models.evaluation.loaded_version import load_version
from torchrec_models.evaluation.loaded_version import pooled as pooled_bags
from torchrec_models.evaluation.offline_slate import offline_server
from torchrec_models.export.onnx_parts import session_of
from torchrec_models.features.bags import bags_of
from torchrec_models.features.row_encoding import pooled, ranker_row

SCHEMA = Path(train_command.__file__).parent / "manifest.schema.json"


def train(snapshot: Path, models: Path) -> tuple[Path, dict]:
    code = train_command.main(
        ["--snapshot", str(snapshot), "--models", str(models), "--recipe", "tiny"]
    )
    assert code == 0
    folder = models / (models / "CURRENT").read_text().strip()
    return folder, json.loads((folder / "manifest.json").read_text())


def assert_golden_rows_hold(folder: Path, manifest: dict) -> None:
    """Recompute the ranker rows with the row-wise reference, tables and ONNX."""
    golden = json.loads((folder / manifest["golden"]).read_text())
    case = golden["ranker"][0]
    row_ids = {
        kind: {name: row for row, name in enumerate((folder / manifest[kind]).read_text().split())}
        for kind in ("items", "users")
    }
    count = len(case["features"])
    rows = [
        ranker_row(
            manifest["ranker"],
            {raw: values[row] for raw, values in case["raw"].items()},
            lambda name: np.load(folder / name),
            row_ids,
        )
        for row in range(count)
    ]
    features, wide = (np.stack(part) for part in zip(*rows, strict=True))
    np.testing.assert_allclose(features, case["features"], atol=golden["tolerance"])
    np.testing.assert_allclose(wide, case["wide"], atol=golden["tolerance"])
    session = session_of(str(folder / manifest["ranker"]["onnx"]))
    got = session.run(None, {"features": features, "wide": wide})[0]
    np.testing.assert_allclose(got, case["probabilities"], atol=golden["tolerance"])


def assert_golden_users_hold(folder: Path, manifest: dict) -> None:
    """Recompute user vectors from tables and ONNX, newcomer included."""
    golden = json.loads((folder / manifest["golden"]).read_text())
    retrieval = manifest["retrieval"]
    item_row = {n: i for i, n in enumerate((folder / manifest["items"]).read_text().split())}
    user_row = {n: i for i, n in enumerate((folder / manifest["users"]).read_text().split())}
    session = session_of(str(folder / retrieval["user_tower"]))
    history_table = np.load(folder / retrieval["history_table"])
    for case in golden["users"]:
        raw = {"user.id": case["user_id"]}
        raw |= {f"user.{name}": value for name, value in case["attributes"].items()}
        parts = [
            pooled(f, raw.get(f["raw"]), lambda n: np.load(folder / n), {"users": user_row})
            for f in retrieval["user_features"]
        ]
        unique = list(dict.fromkeys(reversed(case["history"])))[: retrieval["history_length"]]
        rows = [item_row[name] + 1 for name in unique] or [0]
        parts += [history_table[rows].mean(axis=0), np.array([math.log1p(len(unique)) / 5])]
        features = np.concatenate(parts)[None, :].astype(np.float32)
        got = session.run(None, {"features": features})[0][0]
        np.testing.assert_allclose(got, case["embedding"], atol=golden["tolerance"])


@pytest.fixture(scope="module")
def purchases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, dict]:
    """A snapshot without impressions and the version trained on it."""
    root = tmp_path_factory.mktemp("purchases")
    snapshot = write_snapshot(root / "s", taste_rows(impressions=False), impressions=False)
    return snapshot, *train(snapshot, root / "models")


def test_impressions_in_a_loadable_version_out(
    snapshot_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    folder, manifest = train(snapshot_folder, tmp_path / "models")
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text()))
    printed = capsys.readouterr().out
    assert "validation_auc_click" in printed
    assert manifest["version"] in printed
    assert manifest["ranker"]["heads"] == ["click", "purchase", "engage"]
    assert len(manifest["ranker"]["crosses"]) >= 3
    assert manifest["metrics"]["validation_auc_click"] > 0.7
    assert_golden_rows_hold(folder, manifest)
    assert_golden_users_hold(folder, manifest)

    snapshot = read_snapshot(snapshot_folder)
    server = offline_server(load_version(folder, snapshot), snapshot)
    users = np.arange(12)
    slates = server.slates(users, [np.zeros(0, dtype=np.int32)] * 12, k=5)
    liked = (slates % 4 == users[:, None] % 4).mean()
    assert liked > 0.7


def test_purchases_without_impressions_train_by_stacking(purchases: tuple[Path, Path, dict]):
    snapshot_folder, folder, manifest = purchases
    assert manifest["ranker"]["priors"] == {}
    assert not any(f["raw"] in ("user.id", "item.id") for f in manifest["ranker"]["embeddings"])
    assert manifest["pre_ranker"]["weights"]["two_tower"] >= 0
    assert_golden_rows_hold(folder, manifest)

    snapshot = read_snapshot(snapshot_folder)
    server = offline_server(load_version(folder, snapshot), snapshot)
    histories = server.world.histories
    users = np.arange(12)
    known = [
        np.unique(histories.item_P[histories.start_U[u] : histories.start_U[u + 1]]) for u in users
    ]
    slates = server.slates(users, known, k=3)
    shown = slates >= 0
    assert (slates % 4 == users[:, None] % 4)[shown].mean() > 0.4
    for slate, seen in zip(slates, known, strict=True):
        assert not set(slate.tolist()) & set(seen.tolist())


def test_the_seed_decides(purchases: tuple[Path, Path, dict], tmp_path: Path):
    snapshot_folder, first, _ = purchases
    second, _ = train(snapshot_folder, tmp_path / "again")
    for name in ("item_vectors.npy", "co_weights.npy", "content_vectors.npy"):
        np.testing.assert_allclose(np.load(first / name), np.load(second / name), atol=1e-5)


def test_a_missing_snapshot_is_one_line_and_code_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    code = train_command.main(["--snapshot", str(tmp_path / "no"), "--models", str(tmp_path / "m")])
    error = capsys.readouterr().err
    assert code == 2
    assert error.count("\n") == 1
    assert "schema.json" in error
    assert not (tmp_path / "m").exists()


def test_an_unknown_recipe_is_code_two(snapshot_folder: Path, tmp_path: Path):
    arguments = ["--snapshot", str(snapshot_folder), "--models", str(tmp_path)]
    assert train_command.main([*arguments, "--recipe", "huge"]) == 2


def test_too_little_engagement_is_code_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = [("u1", "click", "i1", START_MS, 1, None)]
    snapshot = write_snapshot(tmp_path / "s", rows, impressions=False)
    code = train_command.main(["--snapshot", str(snapshot), "--models", str(tmp_path / "m")])
    assert code == 2
    assert "fewer than 20 positive events" in capsys.readouterr().err


def shop_of_beginners(folder: Path, *, is_met_again: bool) -> Path:
    """Thirty clicks of thirty users, or of fifteen who come twice."""
    users = 15 if is_met_again else 30
    rows = [
        (f"u{n % users}", "click", f"i{n % 7}", START_MS + n * 60_000, 1, None) for n in range(30)
    ]
    return write_snapshot(folder, rows, impressions=False)


def test_a_model_is_trained_on_a_few_dozen_clicks(tmp_path: Path):
    snapshot = shop_of_beginners(tmp_path / "s", is_met_again=True)
    models = tmp_path / "m"
    assert train_command.main(["--snapshot", str(snapshot), "--models", str(models)]) == 0
    assert list(models.glob("*/manifest.json"))


def test_clicks_of_people_who_never_come_back_are_too_little(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    snapshot = shop_of_beginners(tmp_path / "s", is_met_again=False)
    code = train_command.main(["--snapshot", str(snapshot), "--models", str(tmp_path / "m")])
    assert code == 2
    assert "nobody engages again later" in capsys.readouterr().err


def test_a_snapshot_of_other_items_is_refused(purchases: tuple[Path, Path, dict], tmp_path: Path):
    folder = purchases[1]
    other = write_snapshot(
        tmp_path / "other", taste_rows(impressions=False), items=61, impressions=False
    )
    with pytest.raises(SnapshotError, match="not the snapshot's items"):
        load_version(folder, read_snapshot(other))


def test_pooling_of_a_loaded_version_is_the_mean():
    table = np.array([[0.0, 0.0], [2.0, 4.0], [4.0, 8.0]], dtype=np.float32)
    assert pooled_bags(table, bags_of([[1, 2], []])).tolist() == [[3.0, 6.0], [0.0, 0.0]]
