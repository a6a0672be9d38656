"""Client mode: the programs of the SDKs, each case with a scripted server of its own."""

from __future__ import annotations

import argparse
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf import json_format

from conformance.answer import Answer
from conformance.case import JSON, Case
from conformance.clients.asking import patience_s, program_step
from conformance.clients.outcomes import UnreadableOutcomeError, answer_of
from conformance.clients.process import HangingError, ProgramDiedError, ProgramProcess
from conformance.clients.program import (
    BrokenProgramError,
    Program,
    build_program,
    find_programs,
    program_of_command,
)
from conformance.clients.received import trace_of
from conformance.clients.unlike import (
    says_something,
    unlike_forms,
    unlike_received,
    with_usual_bytes,
)
from conformance.contract import Contract, UnknownMethodError, shipped_contract
from conformance.expectation import unmet
from conformance.loading import script_of
from conformance.mode import Mode
from conformance.outcome import Outcome, Verdict
from conformance.own_messages import own_message
from conformance.paths import NoSuchPathError, at
from conformance.steps import name_of
from conformance.values import Scope, UnknownValueError, compute, compute_all

if TYPE_CHECKING:
    from conformance.clients.scripted import ScriptedServer

# A step as a program gets it, an entry of a script, or a call that was received.
Step = dict[str, JSON]

API_KEY = "conformance-key"
# How long calls that were just made may take to be noticed by the server.
SETTLE_S = 3.0


class _FailedError(Exception):
    """A case failed; says at which step and why."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(reason)
        self.step = step


class _UnsupportedError(Exception):
    """The program can't run the case; says why."""


class ProgramMode:
    """Runs cases on one program."""

    kinds = ("CLIENT", "GOLDEN")

    def __init__(
        self,
        program: Program,
        folder: Path,
        *,
        protocol: str = "",
        broken: str = "",
        settle_s: float = SETTLE_S,
    ) -> None:
        """folder: for what programs keep. broken: why it can't be run at all."""
        self.target = program.language
        self._process = ProgramProcess(program)
        self._folder = folder
        self._protocol = protocol
        self._broken = broken
        self._settle_s = settle_s
        self._contract = shipped_contract()

    def skips(self, case: Case) -> str:
        """Return why a case can't run here; empty: it can."""
        protocols = case.spec.get("protocols")
        if not protocols or self._broken:
            return ""
        try:
            spoken = self._spoken()
        except ProgramDiedError:
            return ""
        return "" if spoken in protocols else f"about {', '.join(protocols)}, not {spoken}"

    def run(self, case: Case) -> Outcome:
        """Run one case to its end."""
        started, verdict, reason, step = time.monotonic(), Verdict.PASSED, "", ""
        received: list[Step] = []
        try:
            if self._broken:
                raise _FailedError("build", self._broken)
            self._prove(case, received)
        except _UnsupportedError as error:
            verdict, reason = Verdict.SKIPPED, f"unsupported: {error}"
        except _FailedError as error:
            verdict, reason, step = Verdict.FAILED, str(error), error.step
        except Exception as error:
            verdict, reason = Verdict.FAILED, f"{type(error).__name__}: {error}"
        trace = trace_of(received) if verdict is Verdict.FAILED else ""
        return Outcome(case, verdict, reason, step, trace, time.monotonic() - started)

    def close(self) -> None:
        """End the program."""
        self._process.close()

    def _spoken(self) -> str:
        return self._protocol or str((self._process.ready().get("protocols") or ["grpc"])[0])

    def _prove(self, case: Case, received: list[Step]) -> None:
        scope: Scope = {"run": f"cf-{secrets.token_hex(3)}", "keys": {}}
        try:
            compute_all(case.values, scope)
            compute_all(case.spec.get("let", {}), scope)
            steps = [s for s in case.spec["steps"] if "compute" not in s]
            sent = [program_step(each, self._contract, scope) for each in steps]
            script = compute(script_of(case), scope)
        except (UnknownValueError, UnknownMethodError, json_format.ParseError) as error:
            raise _FailedError("values", str(error)) from error
        if "CLIENT" not in case.modes:
            self._check_golden(case, sent, self._asked(case, {}, sent), scope)
            return
        server, port = _open_server(self._contract, script)
        try:
            answer = self._asked(case, self._target(case, port), sent)
            received[:] = server.received()
            scope["outcomes"] = self._check(case, sent, answer, scope)
            self._check_received(case, server, received, scope)
        except HangingError as error:
            received[:] = server.received()
            place = max(error.step, 1) - 1
            known = error.step > 0 or len(steps) == 1
            name = name_of(steps[place], place) if known else f"one of {len(steps)} steps"
            raise _FailedError(name, str(error)) from error
        except ProgramDiedError:
            received[:] = server.received()
            raise
        finally:
            server.close()

    def _target(self, case: Case, port: int) -> dict[str, JSON]:
        protocol = self._spoken()
        address = f"127.0.0.1:{port}" if protocol == "grpc" else f"http://127.0.0.1:{port}"
        credentials = case.spec.get("credentials", {"api_key": API_KEY})
        return {"address": address, "protocol": protocol, **credentials}

    def _asked(
        self, case: Case, target: dict[str, JSON], sent: list[Step]
    ) -> list[Mapping[str, JSON]]:
        with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as storage:
            request = {
                **{"test": case.id, "target": target, "storage": storage},
                **{"options": case.spec.get("options", {}), "steps": sent},
            }
            json_format.ParseDict(request, own_message("ProgramRequest"))
            answer = self._process.ask(request, patience_s(sent))
        if answer.get("unsupported"):
            raise _UnsupportedError(str(answer["unsupported"]))
        return list(answer.get("outcomes") or ())

    def _check(
        self,
        case: Case,
        sent: list[Step],
        outcomes: list[Mapping[str, JSON]],
        scope: Scope,
    ) -> list[JSON]:
        found: list[JSON] = []
        for place, step in enumerate(case.spec["steps"]):
            name = name_of(step, place)
            if "compute" in step:
                answer = Answer(reply=compute(step["request"], {**scope, "outcomes": found}))
            else:
                answer = self._answer(name, len(found), sent, outcomes)
                found.append(answer.as_json())
            lines = unmet(compute(step.get("expect", {}), scope), answer, scope)
            if lines:
                raise _FailedError(name, "\n".join(lines[:12]))
            for key, path in step.get("capture", {}).items():
                try:
                    scope[key] = at(path, {**(answer.reply or {}), **answer.as_json()})
                except NoSuchPathError as error:
                    raise _FailedError(name, f"nothing to capture: {error}") from error
        return found

    def _answer(
        self,
        name: str,
        place: int,
        sent: list[Step],
        outcomes: list[Mapping[str, JSON]],
    ) -> Answer:
        if place >= len(outcomes):
            raise _FailedError(name, "the program says nothing of it")
        step = sent[place]
        is_call = "method" in step and step["do"] != "encode"
        method = self._contract.method(step["method"]) if is_call else None
        try:
            return answer_of(step, outcomes[place], method, self._contract)
        except UnreadableOutcomeError as error:
            raise _FailedError(name, str(error)) from error

    def _check_golden(
        self, case: Case, sent: list[Step], outcomes: list[Mapping[str, JSON]], scope: Scope
    ) -> None:
        said = False
        for place, step in enumerate(case.spec["steps"]):
            name = name_of(step, place)
            answer = self._answer(name, place, sent, outcomes)
            expect = compute(step.get("expect", {}), scope)
            kind = self._contract.message_type(sent[place]["method"])
            lines = unlike_forms(expect, with_usual_bytes(answer, expect, kind, self._contract))
            if lines:
                raise _FailedError(name, "\n".join(lines[:12]))
            said = said or says_something(answer)
        if not said:
            raise _UnsupportedError("the language has none of these forms")

    def _check_received(
        self, case: Case, server: ScriptedServer, received: list[Step], scope: Scope
    ) -> None:
        deadline = time.monotonic() + self._settle_s
        while True:
            lines = unlike_received(case, received, scope)
            if not lines:
                return
            if time.monotonic() > deadline:
                raise _FailedError("what the server received", "\n".join(lines[:12]))
            time.sleep(0.05)
            received[:] = server.received()


def _open_server(contract: Contract, script: list[Step]) -> tuple[ScriptedServer, int]:
    # Only here: the other modes run without what a server needs.
    from conformance.clients.scripted import ScriptedServer

    server = ScriptedServer(contract, script)
    return server, server.start()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what client mode asks for."""
    group = parser.add_argument_group("client mode")
    group.add_argument(
        "--client",
        action="append",
        default=[],
        metavar="NAME",
        help="a program of this repository, by its language or folder; all: every one",
    )
    group.add_argument("--program", metavar="COMMAND", help="a program that lives elsewhere")
    group.add_argument("--build", action="store_true", help="build the programs before they run")
    # `--protocol`, which server mode declares, names one that is not the program's first.


@contextmanager
def open_targets(options: argparse.Namespace) -> Iterator[list[Mode]]:
    """Give a target for each program that `--client` or `--program` names.

    Raises:
        BrokenProgramError: there is no such program.
    """
    names = [name for each in options.client for name in each.split(",")]
    programs = find_programs(names) if names else []
    if options.program:
        programs.append(program_of_command(options.program))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        modes: list[Mode] = []
        for program in programs:
            broken = _built(program) if options.build else ""
            mode = ProgramMode(program, folder, protocol=options.protocol or "", broken=broken)
            stack.callback(mode.close)
            modes.append(mode)
        yield modes


def _built(program: Program) -> str:
    """Build a program and return why that failed; the others are run all the same."""
    try:
        build_program(program)
    except BrokenProgramError as error:
        return str(error)
    return ""
