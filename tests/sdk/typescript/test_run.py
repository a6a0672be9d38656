"""The runner of the TypeScript tests: whatever did not pass is a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sdk.examples.web.npm import ToolchainError
from tests.sdk.typescript import run

ALL_PASSED = {test: "passed" for tests in run.FEATURES.values() for test in tests}
(FIRST, *_) = run.FEATURES["retries"]
REPORT = """<testsuites>
  <testcase name="good"/>
  <testcase name="bad"><failure message="no"/></testcase>
  <testsuite name="suite"><testcase name="off"><skipped type="skipped"/></testcase></testsuite>
  <testcase name="twice"><failure message="no"/></testcase>
  <testcase name="twice"/>
</testsuites>"""


@pytest.fixture
def result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The runner's report, of a package that builds without npm."""
    path = tmp_path / "typescript.json"
    monkeypatch.setattr(run, "RESULT", path)
    monkeypatch.setattr(run, "_build", dict)
    monkeypatch.setattr(run, "_toy", list)
    return path


def test_all_passed_is_a_success(result: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "_test", lambda: ALL_PASSED)
    assert run.main() == 0
    assert all(each["passed"] for each in json.loads(result.read_text())["features"].values())


@pytest.mark.parametrize("outcome", ["failed", "skipped", None])
def test_a_feature_whose_test_did_not_pass_fails(
    result: Path, monkeypatch: pytest.MonkeyPatch, outcome: str | None
):
    others = {test: each for test, each in ALL_PASSED.items() if test != FIRST}
    outcomes = others if outcome is None else {**others, FIRST: outcome}
    monkeypatch.setattr(run, "_test", lambda: outcomes)
    assert run.main() == 1
    features = json.loads(result.read_text())["features"]
    assert [name for name, each in features.items() if not each["passed"]] == ["retries"]


def test_a_test_of_no_feature_that_failed_fails(result: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "_test", lambda: {**ALL_PASSED, "another": "failed"})
    assert run.main() == 1


def test_the_toy_api_that_does_not_compile_fails(result: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "_toy", lambda: ["the toy API: no"])
    monkeypatch.setattr(run, "_test", lambda: ALL_PASSED)
    assert run.main() == 1


@pytest.mark.parametrize("ci", ["true", ""])
def test_without_chromium_nothing_is_skipped(
    result: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str
):
    monkeypatch.setenv("CI", ci)
    monkeypatch.delenv("SHORTLIST_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    assert run.main() == 1
    assert "there is no Chromium" in capsys.readouterr().out
    features = json.loads(result.read_text())["features"]
    assert not any(each["passed"] for each in features.values())


def test_nodes_report_is_read_by_its_worst(tmp_path: Path):
    report = tmp_path / "results.xml"
    report.write_text(REPORT)
    assert run.outcomes_of(report, 1) == {
        "good": "passed",
        "bad": "failed",
        "off": "skipped",
        "twice": "failed",
    }


def test_a_failure_that_no_test_has_is_one(tmp_path: Path):
    report = tmp_path / "results.xml"
    report.write_text('<testsuites><testcase name="good"/></testsuites>')
    assert run.outcomes_of(report, 0) == {"good": "passed"}
    assert run.outcomes_of(report, 7)["node, which ended with 7"] == "failed"
    with pytest.raises(ToolchainError, match="no report"):
        run.outcomes_of(tmp_path / "none.xml", 7)
