"""Server mode: runs cases against a server at an address, as a black box."""

from __future__ import annotations

import argparse
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import grpc

from conformance.case import JSON, Case
from conformance.contract import Contract, shipped_contract
from conformance.credentials import SCOPES, read_credentials
from conformance.edge_connections import EdgeConnections
from conformance.edge_protocols import CODERS, GRPC, PROTOCOLS
from conformance.edge_wire import EdgeWire, NotExpressibleError
from conformance.http_wire import HttpWire
from conformance.janitor import Janitor
from conformance.loading import CASES, read_world
from conformance.mode import Mode
from conformance.outcome import Outcome, Verdict
from conformance.reflection import reflected_contract
from conformance.steps import StepFailedError, Stepper, Target, name_of
from conformance.values import Scope, UnknownValueError, compute_all
from conformance.wire import MAX_REPLY, Call, Trace, Wire

CLEAN_UP_S = 30.0
# What cases may need of `--origin`, and what is missing without it.
ORIGIN_NEEDS = {
    "origin": "needs --origin",
    "stranger": "needs --origin with an origin of its own, since any may call here",
}
ANY_ORIGIN = "https://any-origin.conformance.example"
STRANGER = "https://stranger.conformance.example"


class WorldError(RuntimeError):
    """What the cases need could not be prepared on the server."""


class CaseRunner:
    """Runs cases on one target; the scope is what all cases see."""

    def __init__(self, name: str, target: Target, scope: Scope, mode: str = "SERVER") -> None:
        self.target = name
        self._target = target
        self._scope = scope
        self.kinds = (mode,)

    def skips(self, case: Case) -> str:
        """Return why a case can't run here; empty: it can."""
        for need in case.needs:
            if need == "http":
                if self._target.http is None:
                    return "needs --http"
            elif need in ORIGIN_NEEDS:
                if need not in self._scope:
                    return ORIGIN_NEEDS[need]
            elif not self._target.credentials.has(need):
                return f"needs credentials: {need}"
        return ""

    def run(self, case: Case) -> Outcome:
        """Run one case to its end."""
        started = time.monotonic()
        trace, step_name = Trace(), "values"
        scope: Scope = dict(self._scope)
        stepper = Stepper(self._target, scope, trace)
        verdict, reason = Verdict.PASSED, ""
        try:
            compute_all(case.values, scope)
            compute_all(case.spec.get("let", {}), scope)
            for place, step in enumerate(case.spec["steps"]):
                step_name = name_of(step, place)
                stepper.do(step)
        except NotExpressibleError as error:
            verdict, reason = Verdict.SKIPPED, f"not in this protocol: {error}"
        except (StepFailedError, UnknownValueError) as error:
            verdict, reason = Verdict.FAILED, str(error)
        except Exception as error:
            verdict, reason = Verdict.FAILED, f"{type(error).__name__}: {error}"
        finally:
            for step in case.spec.get("cleanup", ()):
                _try(stepper, step)
        failed = verdict is Verdict.FAILED
        return Outcome(
            case,
            verdict,
            reason,
            step_name if failed else "",
            trace.text() if failed else "",
            time.monotonic() - started,
        )


def _try(stepper: Stepper, step: JSON) -> None:
    try:
        stepper.do({**step, "expect": {"answer": {}}})
    except (StepFailedError, UnknownValueError, NotExpressibleError):
        return


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what server mode asks for."""
    group = parser.add_argument_group("server mode")
    group.add_argument("--target", metavar="HOST:PORT", help="the server")
    group.add_argument(
        "--protocol",
        choices=PROTOCOLS,
        help="default: gRPC, and of a client the one that it prefers",
    )
    group.add_argument(
        "--http", metavar="URL", help="an edge, for HTTP cases; of another protocol: the target"
    )
    group.add_argument(
        "--origin", metavar="ORIGIN", help="of web pages that may call; '*': those of any origin"
    )
    for scope in SCOPES:
        group.add_argument(f"--api-key-{scope}", metavar="KEY", help=f"a key of {scope} scope")
    group.add_argument("--keys", type=Path, metavar="FILE", help="credentials by name, in YAML")
    group.add_argument("--tls", type=Path, metavar="PEM", help="trust this authority")
    group.add_argument(
        "--reflection", action="store_true", help="ask the server for its descriptors"
    )
    group.add_argument("--keep", action="store_true", help="do not clean up")


@contextmanager
def open_targets(options: argparse.Namespace) -> Iterator[list[Mode]]:
    """Give the server that `--target` names, with a prepared world; clean up in the end.

    Raises:
        WorldError: the world could not be prepared.
    """
    if not options.target:
        yield []
        return
    keys = {scope: getattr(options, f"api_key_{scope}") for scope in SCOPES}
    credentials = read_credentials(options.keys, keys)
    with _channel(options) as channel, ExitStack() as stack:
        contract = reflected_contract(channel) if options.reflection else shipped_contract()
        run = f"cf-{secrets.token_hex(4)}"
        janitor = Janitor(run)
        wire, http = _wires(options, channel, contract, stack)
        target = Target(contract, credentials, wire, http, janitor)
        scope: Scope = {"run": run, "keys": credentials.by_name, **_origins(options.origin)}
        try:
            prepare(target, scope, getattr(options, "cases", None) or CASES)
            yield [CaseRunner("server", target, scope)]
        finally:
            if not options.keep:
                clean_up(target)


def _wires(
    options: argparse.Namespace, channel: grpc.Channel, contract: Contract, stack: ExitStack
) -> tuple[Wire | EdgeWire, HttpWire | None]:
    """Return what calls methods and, if there is an edge, what sends plain HTTP requests."""

    def connections(address: str) -> EdgeConnections:
        return stack.enter_context(closing(EdgeConnections(address, options.tls)))

    own = f"{'https' if options.tls else 'http'}://{options.target}"
    protocol = options.protocol or GRPC
    if protocol == GRPC:
        http = HttpWire(connections(options.http)) if options.http else None
        return Wire(channel, contract), http
    http = HttpWire(connections(options.http or own))
    return EdgeWire(connections(own), CODERS[protocol](contract)), http


def _origins(origin: str | None) -> Scope:
    if not origin:
        return {}
    return {"origin": ANY_ORIGIN} if origin == "*" else {"origin": origin, "stranger": STRANGER}


def _channel(options: argparse.Namespace) -> grpc.Channel:
    limits = [
        ("grpc.max_receive_message_length", MAX_REPLY),
        ("grpc.max_send_message_length", MAX_REPLY),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_retries", 0),
    ]
    if options.tls:
        authority = grpc.ssl_channel_credentials(options.tls.read_bytes())
        return grpc.secure_channel(options.target, authority, limits)
    return grpc.insecure_channel(options.target, limits)


def prepare(target: Target, scope: Scope, folder: Path) -> None:
    """Do the world's steps; what they capture is seen by all cases."""
    world = read_world(folder)
    trace = Trace()
    stepper = Stepper(target, scope, trace)
    compute_all(world.get("let", {}), scope)
    for place, step in enumerate(world.get("steps", ())):
        try:
            stepper.do(step)
        except (StepFailedError, UnknownValueError, NotExpressibleError) as error:
            name = name_of(step, place)
            raise WorldError(f"can't prepare: {name}: {error}\n{trace.text()}") from error


def clean_up(target: Target) -> int:
    """Remove what the run created, for a limited time, and return how many things that were."""
    wire, contract, count = target.wire, target.contract, 0
    if wire is None:
        return 0
    quiet, deadline = Trace(), time.monotonic() + CLEAN_UP_S

    def remove(method: str, body: dict[str, JSON]) -> None:
        metadata = target.credentials.metadata("")
        wire.call(Call(contract.method(method), body, metadata, timeout_s=5.0), quiet)

    for _ in target.janitor.clean(remove):
        count += 1
        if time.monotonic() > deadline:
            break
    return count
