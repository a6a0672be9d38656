"""Client mode: the programs of the SDKs, each case with a scripted server of its own."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf import json_format

from conformance.case import JSON, Case
from conformance.clients.asking import patience_s
from conformance.clients.client_case import CaseFailedError, ClientCase, UnsupportedError
from conformance.clients.process import HangingError, ProgramDiedError, ProgramProcess
from conformance.clients.program import (
    BrokenProgramError,
    NoToolchainError,
    Program,
    build_program,
    find_programs,
    program_of_command,
)
from conformance.clients.received import trace_of
from conformance.contract import Contract, shipped_contract
from conformance.mode import Mode
from conformance.outcome import Outcome, Verdict
from conformance.own_messages import own_message

if TYPE_CHECKING:
    from conformance.clients.scripted import ScriptedServer

# A step as a program gets it, an entry of a script, or a call that was received.
Step = dict[str, JSON]

API_KEY = "conformance-key"
# How long calls that were just made may take to be noticed by the server.
SETTLE_S = 3.0


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
        lacking: str = "",
        settle_s: float = SETTLE_S,
    ) -> None:
        """folder: for what programs keep. broken: why it can't be run, which is a failure.
        lacking: why it can't be run here, which is none."""
        self.target = program.language
        self._process = ProgramProcess(program)
        self._folder = folder
        self._protocol = protocol
        self._broken, self._lacking = broken, lacking
        self._settle_s = settle_s
        self._contract = shipped_contract()

    def skips(self, case: Case) -> str:
        """Return why a case can't run here; empty: it can."""
        if self._lacking:
            return self._lacking
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
                raise CaseFailedError("build", self._broken)
            self._prove(case, received)
        except UnsupportedError as error:
            verdict, reason = Verdict.SKIPPED, f"unsupported: {error}"
        except CaseFailedError as error:
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
        """Have the case done and compare it; `received` is what the server got, for the report."""
        proof = ClientCase(case, self._contract)
        if "CLIENT" not in case.modes:
            proof.check_forms(self._asked(case, {}, proof.sent))
            return
        server, port = _open_server(self._contract, proof.script)
        try:
            outcomes = self._asked(case, self._target(case, port), proof.sent)
            received[:] = server.received()
            proof.check(outcomes)
            self._check_received(proof, server, received)
        except HangingError as error:
            received[:] = server.received()
            raise CaseFailedError(proof.name_of_hanging(error.step), str(error)) from error
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

    def _asked(self, case: Case, target: dict[str, JSON], sent: list[Step]) -> list[Step]:
        with tempfile.TemporaryDirectory(dir=self._folder, ignore_cleanup_errors=True) as storage:
            request = {
                **{"test": case.id, "target": target, "storage": storage},
                **{"options": case.spec.get("options", {}), "steps": sent},
            }
            json_format.ParseDict(request, own_message("ProgramRequest"))
            answer = self._process.ask(request, patience_s(sent))
        if answer.get("unsupported"):
            raise UnsupportedError(str(answer["unsupported"]))
        return list(answer.get("outcomes") or ())

    def _check_received(
        self, proof: ClientCase, server: ScriptedServer, received: list[Step]
    ) -> None:
        deadline = time.monotonic() + self._settle_s
        while True:
            try:
                proof.check_received(received)
                return
            except CaseFailedError:
                if time.monotonic() > deadline:
                    raise
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
            broken, lacking = _built(program) if options.build else ("", "")
            protocol = options.protocol or ""
            mode = ProgramMode(program, folder, protocol=protocol, broken=broken, lacking=lacking)
            stack.callback(mode.close)
            modes.append(mode)
        yield modes


def _built(program: Program) -> tuple[str, str]:
    """Build a program; return why it is broken, or what is lacking here: others run on."""
    try:
        build_program(program)
    except BrokenProgramError as error:
        return str(error), ""
    except NoToolchainError as error:
        return "", str(error)
    return "", ""
