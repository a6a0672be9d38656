"""The runner: which cases run, what their outcomes mean, and what it writes."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from conformance.command import main
from conformance.expected_failures import ExpectedFailures
from conformance.loading import BrokenCaseError, read_cases
from conformance.outcome import Outcome, Verdict
from conformance.running import Selection, run_cases

SUITE = """
name: little
about: A few cases without network.
cases:
  - name: holds
    proves: One is one.
    level: MUST
    modes: [GOLDEN]
    steps: [{compute: true, request: 1, expect: {reply: 1}}]
  - name: breaks
    proves: One is two.
    level: MUST
    modes: [GOLDEN]
    variants: [{name: a, n: 2}, {name: b, n: 3}]
    steps: [{name: compare, compute: true, request: 1, expect: {reply: "${n}"}}]
  - name: only_reported
    proves: One is four.
    level: MAY
    modes: [GOLDEN]
    steps: [{compute: true, request: 1, expect: {reply: 4}}]
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a suite that holds, breaks and only reports."""
    (tmp_path / "little.yaml").write_text(SUITE)
    return tmp_path


def run(folder, *options):
    return main(["--golden", "--cases", str(folder), *options])


def test_a_must_that_breaks_fails_the_run_and_a_may_does_not(folder, capsys):
    assert run(folder) == 1
    assert run(folder, "--skip=little/breaks") == 0
    assert run(folder, "--run=little/breaks[a]") == 1
    assert "compare" in capsys.readouterr().err


def test_expected_failures_run_and_an_unexpected_pass_fails(folder, tmp_path):
    known = tmp_path / "known.yml"
    known.write_text("little/breaks: it is not two\n")
    assert run(folder, f"--expected-failures={known}") == 0
    known.write_text("little/breaks: it is not two\nlittle/holds: it holds\n")
    assert run(folder, f"--expected-failures={known}") == 1
    known.write_text("little/gone: renamed\n")
    assert run(folder, f"--expected-failures={known}") == 2
    known.write_text("little/breaks:\n")
    assert run(folder, f"--expected-failures={known}") == 2


def test_reports_say_what_failed_and_why(folder, tmp_path):
    out = tmp_path / "out"
    files = [f"--{kind}={out / kind}" for kind in ("json", "junit", "matrix")]
    assert run(folder, *files) == 1
    report = json.loads((out / "json").read_text())["targets"]["golden"]
    assert report["levels"] == {"MUST": {"failed": 2, "passed": 1}, "MAY": {"failed": 1}}
    assert {each["case"] for each in report["not_passed"]} == {
        *("little/breaks[a]", "little/breaks[b]", "little/only_reported")
    }
    assert report["not_passed"][0]["step"] == "compare"
    (suite,) = ElementTree.parse(out / "junit").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")
    assert "| little | **1 of 3** |" in (out / "matrix").read_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("level: MUST", "level: PERHAPS"),
        ("proves: One is one.", ""),
        ("compute: true", "computes: true"),
        ("name: holds", "name: only_reported"),
        ("name: little", "name: other"),
        ("{name: a, n: 2}", "{n: 2}"),
        ("name: holds", "name: Holds It"),
    ],
)
def test_a_case_that_does_not_fit_the_schema_is_refused(folder, old, new):
    (folder / "little.yaml").write_text(SUITE.replace(old, new, 1))
    with pytest.raises(BrokenCaseError):
        read_cases(folder)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name: little\nname: little\n", "name is there twice"),
        ("- 1\n", "not names and values"),
        ("name: little\nabout: a\ncases: [1]\n", "little.yaml"),
        ("name: little\nabout: a\ncases: []\n", "there are no cases"),
        (SUITE.replace("level: MUST", "level: UNSPECIFIED", 1), "says UNSPECIFIED"),
    ],
)
def test_a_file_that_is_no_suite_is_refused(folder, content, words):
    (folder / "little.yaml").write_text(content)
    with pytest.raises(BrokenCaseError, match=words):
        read_cases(folder)


@pytest.mark.parametrize("option", ["--keys", "--expected-failures"])
def test_a_file_that_can_not_be_read_ends_the_run(folder, tmp_path, capsys, option):
    broken = tmp_path / "broken.yaml"
    for content in (None, "client: [sl_secret\n"):
        if content:
            broken.write_text(content)
        target = ["--target=127.0.0.1:1"] if option == "--keys" else []
        assert run(folder, *target, f"{option}={broken}") == 2
        told = capsys.readouterr().err
        assert "broken.yaml" in told
        assert "sl_secret" not in told


def test_a_run_of_no_case_does_not_pass(folder):
    assert run(folder, "--run=litle") == 2
    assert run(folder, "--run=little", "--skip=little") == 2


def test_patterns_choose_suites_cases_and_variants(folder):
    cases = read_cases(folder)

    def chosen(**options):
        return [case.name for case in cases if Selection(**options).takes(case)]

    assert chosen(run=["little"]) == ["holds", "breaks[a]", "breaks[b]", "only_reported"]
    assert chosen(run=["little/breaks[b]"]) == ["breaks[b]"]
    assert chosen(run=["*/h*"]) == ["holds"]
    assert chosen(skip=["little/breaks"]) == ["holds", "only_reported"]
    assert "only_reported" not in chosen(level="MUST")


def test_cases_run_beside_each_other_except_those_that_must_not(folder):
    first, *others = read_cases(folder)[:3]
    alone = replace(first, spec={**first.spec, "alone": True})
    barrier, log = threading.Barrier(len(others), timeout=10), []

    class Together:
        target, kinds = "t", ("GOLDEN",)

        def skips(self, case):
            return ""

        def run(self, case):
            log.append(("begins", case.name))
            if not case.runs_alone:
                barrier.wait()
            log.append(("ends", case.name))
            return Outcome(case, Verdict.PASSED)

    cases = [alone, *others]
    found = run_cases(Together(), cases, ExpectedFailures({}), lambda *_: None, parallel=3)
    assert [each.case.id for each in found] == [case.id for case in cases]
    assert log[-2:] == [("begins", alone.name), ("ends", alone.name)]


def test_what_fails_beside_others_may_run_again_alone(folder):
    cases = read_cases(folder)[:3]

    class Crowded:
        """The first case never works, the second not beside others."""

        target, kinds = "t", ("GOLDEN",)

        def __init__(self):
            self.runs = []

        def skips(self, case):
            return ""

        def run(self, case):
            self.runs.append(case)
            works = case is cases[2] or (case is cases[1] and self.runs.count(case) > 1)
            return Outcome(case, Verdict.PASSED if works else Verdict.FAILED)

    def verdicts(**options):
        target, told = Crowded(), []
        found = run_cases(
            target,
            cases,
            ExpectedFailures({}),
            lambda _, outcome: told.append(outcome),
            parallel=3,
            **options,
        )
        assert sorted(map(id, told)) == sorted(map(id, found)), "each is told of once"
        return [each.verdict is Verdict.PASSED for each in found], len(target.runs)

    assert verdicts() == ([False, False, True], 3)
    assert verdicts(again=True) == ([False, True, True], 5)


def test_the_shipped_cases_are_enough_and_say_what_they_prove():
    cases = read_cases()
    assert len(cases) >= 250
    assert len({case.proves for case in cases}) >= 200
    assert all(case.proves.endswith(".") for case in cases)
    assert main(["--golden", "--run=json_mapping"]) == 0
