"""What ends a run early, what it says then, and how it shows failures that do not count."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import grpc
import pytest

from conformance.case_runner import CaseRunner
from conformance.clients.program import BrokenProgramError, find_programs
from conformance.command import main
from conformance.contract import shipped_contract
from conformance.credentials import Credentials
from conformance.errors import TargetError
from conformance.expected_failures import ExpectedFailures
from conformance.loading import read_cases, read_world
from conformance.outcome import Outcome, Verdict
from conformance.protocols.grpc_wire import Wire
from conformance.reports.text import failure_text
from conformance.running import run_cases
from conformance.steps import Target

CATALOG = {"call": "GetCatalog", "request": {}}
SUITE = """
name: little
about: Two cases without network.
cases:
  - name: holds
    proves: One is one.
    level: MUST
    modes: [GOLDEN]
    steps: [{compute: true, request: 1, expect: {reply: 1}}]
  - name: only_reported
    proves: One is four.
    level: MAY
    modes: [GOLDEN]
    steps: [{compute: true, request: 1, expect: {reply: 4}}]
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with a case that holds and one that is only reported."""
    (tmp_path / "little.yaml").write_text(SUITE)
    return tmp_path


@contextmanager
def free_channel() -> Iterator[grpc.Channel]:
    """Give a channel to a port on which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        with grpc.insecure_channel(f"127.0.0.1:{held.getsockname()[1]}") as channel:
            yield channel


def run(folder, *options):
    return main(["--golden", "--cases", str(folder), *options])


def test_a_target_that_is_gone_ends_the_run(folder):
    cases = [replace(each, name=f"{n}") for n in range(10) for each in read_cases(folder)]

    class Gone:
        target, kinds = "t", ("GOLDEN",)
        runs = 0

        def skips(self, case):
            return ""

        def run(self, case):
            self.runs += 1
            return Outcome(case, Verdict.FAILED, is_unreachable=True)

    target = Gone()
    with pytest.raises(TargetError, match="the target t is gone"):
        run_cases(target, cases, ExpectedFailures({}), lambda *_: None, parallel=2)
    assert target.runs <= 11


def test_a_server_that_refuses_connections_is_unreachable(folder):
    with free_channel() as channel:
        target = Target(shipped_contract(), Credentials(), Wire(channel, shipped_contract()))
        case = replace(read_cases(folder)[0], spec={"steps": [CATALOG]})
        outcome = CaseRunner("server", target, {}).run(case)
    assert outcome.is_unreachable
    assert outcome.reason.startswith("UNAVAILABLE: ")


def test_a_run_in_which_every_case_was_skipped_does_not_pass(folder, capsys):
    held = SUITE.replace("modes:", "needs: [http]\n    modes:")
    (folder / "little.yaml").write_text(held)
    assert run(folder) == 2
    assert "nothing was run on golden: every case was skipped" in capsys.readouterr().err


def test_an_address_that_is_a_url_is_refused(folder, capsys):
    assert run(folder, "--target=http://127.0.0.1:1") == 2
    assert "HOST:PORT, without http://" in capsys.readouterr().err


def test_credentials_without_any_scope_name_themselves_and_what_is_needed(folder, tmp_path, capsys):
    keys = tmp_path / "keys.yml"
    keys.write_text("custmer: slk_a\n")
    assert run(folder, "--target=127.0.0.1:1", f"--keys={keys}") == 2
    told = capsys.readouterr().err
    assert "its names are custmer; one of admin, partner, client is needed" in told


def test_own_cases_have_the_shipped_world_unless_they_bring_one(folder):
    assert read_world(folder) == read_world() != {}
    (folder / "world.yml").write_text("")
    assert read_world(folder) == {}


def test_a_may_that_fails_does_not_count_and_shows_no_wire(folder):
    must, may = read_cases(folder)[0], read_cases(folder)[-1]
    told = [
        failure_text("t", Outcome(case, Verdict.FAILED, "no", "s", "> x")) for case in (must, may)
    ]
    assert "(t)\n" in told[0] and "> x" in told[0]
    assert "(t), does not count\n" in told[1] and "> x" not in told[1]


def test_an_installation_without_programs_says_so(tmp_path):
    for name in ("all", "go"):
        with pytest.raises(BrokenProgramError, match="not installed; use --program"):
            find_programs([name], tmp_path)


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        ("/x/conformance/__main__.py", "python -m conformance"),
        ("/bin/shortlist", "shortlist conformance"),
        ("/bin/shortlist-conformance", "shortlist-conformance"),
    ],
)
def test_the_help_has_the_name_it_was_called_by(called, shown, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", [called])
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith(f"usage: {shown} ")
