"""Client mode: programs that die, hang, decline or talk nonsense, and cases that are only YAML."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.answer import Answer
from conformance.clients import asking, mode
from conformance.clients.mode import ProgramMode
from conformance.clients.process import ProgramProcess
from conformance.clients.program import (
    BrokenProgramError,
    Program,
    build_program,
    find_programs,
    program_of_command,
)
from conformance.clients.received import broken_by
from conformance.clients.unlike import with_usual_bytes
from conformance.command import main
from conformance.contract import shipped_contract
from conformance.loading import BrokenCaseError, read_cases
from conformance.outcome import Verdict

SUITE = """
name: own
about: A suite that somebody wrote without touching any code.
cases:
  - name: a_reply_comes
    proves: The reply of the script comes back.
    level: MUST
    modes: [CLIENT]
    variants: [{name: a, token: t1}, {name: b, token: t2}]
    script: [{reply: {attributionToken: "${token}"}}]
    steps:
      - sdk: call
        method: Recommend
        request: {userId: u}
        expect: {reply: {attribution_token: "${token}"}}
    received: [{request: {user_id: u}}]
  - name: what_nobody_does
    proves: An expectation that does not hold fails the run.
    level: MUST
    modes: [CLIENT]
    steps: [{sdk: call, method: Recommend, request: {userId: u}}]
    received: {$length: 2}
"""
# Answers each test as its name says; `wait_for_other` only when another test has come.
PROGRAM = """
import json, os, sys, threading
print(json.dumps({"ready": {"language": "odd", "version": "1", "protocols": ["grpc"]}}), flush=True)
other = threading.Event()
def say(line):
    sys.stdout.write(json.dumps(line) + "\\n"); sys.stdout.flush()
def run(request):
    test = request["test"]; name = test.partition("/")[2]
    if name == "dies": sys.stderr.write("cause of death\\n"); sys.stderr.flush(); os._exit(3)
    if name == "babbles": print("hello", flush=True); return
    if name == "hangs": say({"test": test, "step": 2}); return
    if name == "declines": say({"test": test, "unsupported": "no such thing here"}); return
    if name == "waits": other.wait(20)
    if name == "lets_go": other.set()
    say({"test": test, "outcomes": [{"reply": {}} for _ in request["steps"]]})
for line in sys.stdin:
    threading.Thread(target=run, args=(json.loads(line),), daemon=True).start()
"""
NAMES = ("dies", "babbles", "hangs", "declines", "waits", "lets_go")


@pytest.fixture
def odd(tmp_path):
    """A program that does what the name of a test says, and the mode that runs it."""
    source = tmp_path / "odd.py"
    source.write_text(PROGRAM)
    program = Program("odd", tmp_path, tmp_path, (), (sys.executable, str(source)))
    mode = ProgramMode(program, tmp_path, settle_s=0.1)
    yield mode
    mode.close()


@pytest.fixture
def odd_cases(tmp_path):
    """A case for each thing that the program does."""
    folder = tmp_path / "cases"
    folder.mkdir()
    cases = [
        f"  - {{name: {name}, proves: It is odd., level: MUST, modes: [CLIENT],"
        " steps: [{sdk: wait}, {name: second, sdk: wait}]}"
        for name in NAMES
    ]
    (folder / "odd.yaml").write_text("\n".join(["name: odd", "about: Odd.", "cases:", *cases]))
    return {case.name: case for case in read_cases(folder)}


def test_a_program_that_dies_fails_its_test_and_is_started_again(odd, odd_cases):
    outcome = odd.run(odd_cases["dies"])
    assert outcome.verdict is Verdict.FAILED
    assert "ended with 3" in outcome.reason
    assert "cause of death" in outcome.reason
    assert odd.run(odd_cases["lets_go"]).verdict is Verdict.PASSED


def test_a_program_that_writes_no_json_is_not_believed(odd, odd_cases):
    outcome = odd.run(odd_cases["babbles"])
    assert outcome.verdict is Verdict.FAILED
    assert "no JSON: 'hello'" in outcome.reason
    assert odd.run(odd_cases["lets_go"]).verdict is Verdict.PASSED


def test_a_test_that_hangs_is_reported_with_its_step(odd, odd_cases, monkeypatch):
    # Two seconds for both steps.
    monkeypatch.setattr(asking, "STEP_S", -2.0)
    outcome = odd.run(odd_cases["hangs"])
    assert outcome.verdict is Verdict.FAILED
    assert outcome.step == "second"
    assert "it hangs" in outcome.reason


def test_what_a_program_declines_is_not_passed(odd, odd_cases):
    outcome = odd.run(odd_cases["declines"])
    assert outcome.verdict is Verdict.SKIPPED
    assert outcome.reason == "unsupported: no such thing here"


def test_no_invariant_holds_of_no_calls():
    assert broken_by([], "no_event_twice", None) == ["no_event_twice: nothing was received"]


def test_a_command_that_is_none_is_refused():
    with pytest.raises(BrokenProgramError, match="No closing quotation"):
        program_of_command("'program")


def test_answers_come_in_any_order(odd, odd_cases):
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(odd.run, odd_cases["waits"])
        second = pool.submit(odd.run, odd_cases["lets_go"])
        assert second.result(30).verdict is Verdict.PASSED
        assert first.result(30).verdict is Verdict.PASSED


def test_a_program_ends_when_its_input_does(tmp_path):
    (program,) = find_programs(["python"])
    process = ProgramProcess(program)
    assert process.ready()["language"] == "python"
    assert process.close() == 0


def test_a_program_that_is_not_there_is_said_at_once(tmp_path, odd_cases):
    missing = Program("missing", tmp_path, tmp_path, (), (str(tmp_path / "nothing"),))
    outcome = ProgramMode(missing, tmp_path).run(odd_cases["waits"])
    assert outcome.verdict is Verdict.FAILED
    assert "does not start" in outcome.reason
    with pytest.raises(BrokenProgramError, match="there is no program klingon"):
        find_programs(["klingon"])


def test_a_program_that_cannot_be_built_says_how_it_ended(tmp_path):
    command = (sys.executable, "-c", "print('a missing brace'); raise SystemExit(1)")
    program = Program("broken", tmp_path, tmp_path / "build", (command,), ("x",))
    with pytest.raises(BrokenProgramError, match="a missing brace"):
        build_program(program)


def test_a_program_whose_toolchain_cannot_be_had_is_skipped_and_says_why(
    tmp_path, capsys, monkeypatch
):
    command = (sys.executable, "-c", "print('...\\nno compiler for it'); raise SystemExit(77)")
    program = Program("rare", tmp_path, tmp_path / "build", (command,), ("x",))
    monkeypatch.setattr(mode, "find_programs", lambda names: [program])
    report = tmp_path / "report.json"
    options = ["--client", "rare", "--build", "--run", "json_mapping", "--json", str(report)]
    assert main(options) == 2
    assert "nothing was run on rare" in capsys.readouterr().err
    found = json.loads(report.read_text())["targets"]["rare"]
    assert set(found["suites"]["json_mapping"]) == {"skipped"}
    assert {each["reason"] for each in found["not_passed"]} == {"no compiler for it"}


def test_a_case_that_is_only_yaml_is_everywhere(tmp_path, capsys):
    folder, report = tmp_path / "cases", tmp_path / "report.json"
    folder.mkdir()
    (folder / "own.yaml").write_text(SUITE)
    assert main(["--list", "--cases", str(folder)]) == 0
    assert "MUST   own/a_reply_comes[b]: The reply of the script" in capsys.readouterr().out
    options = ["--client", "python", "--cases", str(folder), "--json", str(report)]
    assert main([*options, "--matrix", str(tmp_path / "matrix.md"), "--run", "own"]) == 1
    found = json.loads(report.read_text())["targets"]["python"]
    assert found["suites"] == {"own": {"failed": 1, "passed": 2}}
    assert found["not_passed"][0]["case"] == "own/what_nobody_does"
    # What went wrong is told with what arrived, and without credentials.
    assert "RecommendationService/Recommend" in found["not_passed"][0]["trace"]
    assert "conformance-key" not in found["not_passed"][0]["trace"]
    assert "| own | **2 of 3** |" in (tmp_path / "matrix.md").read_text()


def test_a_variants_script_must_be_one(tmp_path):
    text = SUITE.replace("token: t1}", "token: t1, script: [{replies: {}}]}")
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(BrokenCaseError, match="replies"):
        read_cases(tmp_path)


def call(at=0.0, end=1.0, **more):
    """A received call."""
    metadata = {"idempotency-key": "k", "x-shortlist-attempt": "1"} | more.pop("metadata", {})
    return {
        **{"metadata": metadata, "request": {}, "received_ms": at, "ended_ms": end},
        **{"ended": "answered", "timeout_ms": None, **more},
    }


@pytest.mark.parametrize(
    ("name", "argument", "holds", "breaks"),
    [
        (
            "same_metadata",
            "x",
            [call(metadata={"x": "1"})] * 2,
            [call(metadata={"x": "1"}), call()],
        ),
        ("different_metadata", "idempotency-key", [call()], [call(), call()]),
        (
            "attempts_counted",
            None,
            [call(), call(metadata={"x-shortlist-attempt": "2"})],
            [call(), call()],
        ),
        ("one_at_a_time", None, [call(0, 5), call(6, 7)], [call(0, 9), call(6, 10)]),
        (
            "timeouts_shrink",
            {"total": 2000},
            [call(0, timeout_ms=2000), call(1000, timeout_ms=1000)],
            [call(0, timeout_ms=2000), call(1000, timeout_ms=2000)],
        ),
        ("timeouts_shrink", {"total": 2000}, [call(timeout_ms=1990)], [call()]),
        ("same_request", ["a"], [call(request={"a": 1}), call(request={"a": 2})], None),
        ("same_request", [], [call()], [call(request={"a": 1}), call(request={"a": 2})]),
        ("at_least_apart", 100, [call(0, 5), call(106, 110)], [call(0, 5), call(50, 51)]),
        ("all_ended", "answered", [call()], [call(ended="open")]),
    ],
)
def test_invariants_of_what_is_received(name, argument, holds, breaks):
    assert broken_by(holds, name, argument) == []
    if breaks is not None:
        assert broken_by(breaks, name, argument)


def test_waits_must_be_spread():
    def calls(waits):
        return [
            each
            for n, wait in enumerate(waits)
            for each in (
                call(n * 1000, n * 1000 + 1, metadata={"idempotency-key": str(n)}),
                call(n * 1000 + 1 + wait, metadata={"idempotency-key": str(n)}),
            )
        ]

    assert broken_by(calls([3, 95, 40, 61, 20]), "jittered", {"cap": 100}) == []
    assert broken_by(calls([100, 101, 104, 100, 102]), "jittered", {"cap": 100})
    assert broken_by(calls([0, 1, 0, 2, 1]), "jittered", {"cap": 100})
    assert broken_by(calls([3, 95]), "jittered", {"cap": 100})


def test_events_are_told_apart_by_their_ids():
    def sent(*events):
        return call(request={"events": [{"event_time": "t", **each} for each in events]})

    one, two = {"event_id": "1"}, {"event_id": "2"}
    assert broken_by([sent(one), sent(one, two)], "distinct_events", 2) == []
    assert broken_by([sent(one), sent({**one, "type": "x"})], "distinct_events", 1)
    assert broken_by([sent(one), sent(one)], "no_event_twice", None)
    assert broken_by([sent({"event_id": ""})], "events_are_identified", None)
    assert broken_by([], "no_such_invariant", None) == [
        "there is no invariant no_such_invariant of what is received"
    ]


def test_the_shipped_client_cases_are_enough():
    cases = [case for case in read_cases() if "CLIENT" in case.modes]
    assert len(cases) >= 100
    assert len({case.proves for case in cases}) >= 100


def test_bytes_of_the_same_message_are_the_same():
    contract = shipped_contract()
    kind = contract.message_type("RecommendRequest")

    def as_told(found, wanted):
        answer = Answer(reply={"hex": found})
        return with_usual_bytes(answer, {"reply": {"hex": wanted}}, kind, contract).reply["hex"]

    # Fields in another order.
    assert as_told("4805120175", "1201754805") == "1201754805"
    # Another value, another unknown field, and no message at all.
    assert as_told("4806120175", "1201754805") == "4806120175"
    assert as_told("120175a03808", "120175a03807") == "120175a03808"
    assert as_told("ff", "1201754805") == "ff"
