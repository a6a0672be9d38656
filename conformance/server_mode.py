"""Server mode: runs cases against a server at an address, as a black box."""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import grpc

from conformance.case_runner import CaseRunner
from conformance.cleaning import clean_up
from conformance.contract import Contract, contract_in, shipped_contract
from conformance.credentials import SCOPES, read_credentials
from conformance.errors import TargetError, UnusableError
from conformance.janitor import Janitor
from conformance.loading import CASES, read_world
from conformance.mode import Mode
from conformance.protocols.coders import CODERS, GRPC, PROTOCOLS
from conformance.protocols.edge_connections import EdgeConnections
from conformance.protocols.edge_wire import EdgeWire, NotExpressibleError
from conformance.protocols.grpc_wire import MAX_REPLY, Wire
from conformance.protocols.http_wire import HttpWire
from conformance.protocols.trace import Trace
from conformance.reflection import reflected_contract
from conformance.steps import StepFailedError, Stepper, Target, name_of
from conformance.values import Scope, UnknownValueError, compute_all

ANY_ORIGIN = "https://any-origin.conformance.example"
STRANGER = "https://stranger.conformance.example"


class WorldError(UnusableError):
    """What the cases need could not be prepared on the server."""


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
    descriptors = group.add_mutually_exclusive_group()
    descriptors.add_argument(
        "--reflection", action="store_true", help="ask the server for its descriptors"
    )
    descriptors.add_argument(
        "--contract",
        type=Path,
        metavar="FILE",
        help="the contract of another release: a descriptor set, as `buf build` writes it",
    )
    group.add_argument("--keep", action="store_true", help="do not clean up")


@contextmanager
def open_targets(options: argparse.Namespace) -> Iterator[list[Mode]]:
    """Give the server that `--target` names, with a prepared world; clean up in the end.

    Raises:
        TargetError: the target is no address.
        WorldError: the world could not be prepared.
    """
    if not options.target:
        yield []
        return
    if "://" in options.target:
        raise TargetError(f"--target {options.target}: HOST:PORT, without http://")
    keys = {scope: getattr(options, f"api_key_{scope}") for scope in SCOPES}
    credentials = read_credentials(options.keys, keys)
    with _channel(options) as channel, ExitStack() as stack:
        contract = _contract(options, channel)
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
                _clean_up(target)


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


def _contract(options: argparse.Namespace, channel: grpc.Channel) -> Contract:
    if options.contract:
        return contract_in(options.contract)
    return reflected_contract(channel) if options.reflection else shipped_contract()


def _channel(options: argparse.Namespace) -> grpc.Channel:
    limits = [
        ("grpc.max_receive_message_length", MAX_REPLY),
        ("grpc.max_send_message_length", MAX_REPLY),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.enable_retries", 0),
    ]
    if options.tls:
        try:
            authority = grpc.ssl_channel_credentials(options.tls.read_bytes())
        except OSError as error:
            raise TargetError(f"{options.tls}: {error}") from error
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


def _clean_up(target: Target) -> None:
    left = clean_up(target)
    if left:
        shown = ", ".join(left[:5]) + (" ..." if len(left) > 5 else "")
        print(f"conformance: left on the server ({len(left)}): {shown}", file=sys.stderr)
