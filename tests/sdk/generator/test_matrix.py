"""The matrix of features: what is missing or failed is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sdk import matrix


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "FOLDER", tmp_path)


def all_features(**changes: bool) -> dict[str, tuple[str, bool]]:
    return {name: (f"test_{name}", changes.get(name, True)) for name in matrix.FEATURES}


def test_a_language_with_all_features_is_well():
    matrix.write_report("python", all_features(), {"wheel": 10})
    merged, faults = matrix.merge(["python"])
    assert faults == []
    assert merged["python"]["sizes"] == {"wheel": 10}
    assert merged["python"]["features"]["retries"] == {"test": "test_retries", "passed": True}


def test_what_failed_or_has_no_test_is_told():
    features = all_features(retries=False)
    del features["cache"]
    matrix.write_report("python", features)
    assert matrix.merge(["python", "swift"])[1] == [
        "python: cache has no test",
        "python: retries failed (test_retries)",
        "swift: no report",
    ]


def test_languages_of_servers_need_no_offline_queue():
    features = all_features()
    for name in ("offline_queue", "cache", "stale_if_error"):
        del features[name]
    matrix.write_report("go", features)
    assert matrix.merge(["go"])[1] == []


def test_a_feature_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no such features: teleport"):
        matrix.write_report("go", {"teleport": ("test", True)})
