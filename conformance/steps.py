"""Does one step of a case against a server."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from conformance.answer import Answer, busy_delay_s, is_busy, own_error
from conformance.case import JSON
from conformance.contract import Contract, UnknownMethodError
from conformance.credentials import Credentials
from conformance.descriptions import describe
from conformance.janitor import Janitor
from conformance.matching.expectation import unmet
from conformance.matching.laws import broken_laws
from conformance.paging import EndlessPagesError, all_pages
from conformance.paths import NoSuchPathError, at
from conformance.protocols.call import Call
from conformance.protocols.edge_wire import EdgeWire
from conformance.protocols.grpc_wire import Wire
from conformance.protocols.http_wire import HttpWire
from conformance.protocols.messages import camel_json
from conformance.protocols.trace import Trace
from conformance.values import Scope, compute, seconds

TIMEOUT_S = 15.0
PAUSE_S = 0.1
# How long a server may be busy, or a quota used up, where a case is not about that.
BUSY_PATIENCE_S = 20.0
# What gRPC and Python say where there is no connection.
_REFUSED = ("failed to connect to all addresses", "ConnectionRefusedError")
# How many differences a report shows.
SHOWN = 12
ACTIONS = [
    "call",
    "paginate_all",
    "stream",
    "cancel_after",
    "burst",
    "wait",
    "describe",
    "encode",
    "sdk",
    "compute",
    "http",
]


class StepFailedError(Exception):
    """A step did not do what it had to; says what was found."""


class UnreachableError(StepFailedError):
    """There is no connection to the target."""


@dataclass(slots=True)
class Target:
    """What steps are done to; `wire` is None without a server (golden mode)."""

    contract: Contract
    credentials: Credentials
    wire: Wire | EdgeWire | None = None
    http: HttpWire | None = None
    janitor: Janitor = field(default_factory=Janitor)


def name_of(step: Mapping[str, JSON], place: int) -> str:
    """Return what a step is called in reports."""
    action = next((each for each in ACTIONS if each in step), "nothing")
    return step.get("name") or f"step {place + 1}: {action} {step.get(action, '')}".rstrip()


class Stepper:
    """Does the steps of one case."""

    def __init__(self, target: Target, scope: Scope, trace: Trace) -> None:
        self._target = target
        self._scope = scope
        self._trace = trace

    def do(self, step: Mapping[str, JSON]) -> None:
        """Do a step, again where it says `eventually`, and keep what it captures.

        Raises:
            StepFailedError: what came is not what the case expects.
        """
        patience_s = seconds(step["eventually"]) if "eventually" in step else 0.0
        started = time.monotonic()
        before = len(self._trace.lines)
        answer: Answer | None = None
        while True:
            # Of a step that is repeated only the last attempt is shown.
            del self._trace.lines[before:]
            answer = self._attempt(step, answer)
            lines = self._unmet(step, answer)
            if not lines:
                break
            # All cases together may ask for more than a server or a quota lets through.
            busy_s = busy_delay_s(answer)
            passed_s = time.monotonic() - started
            if passed_s >= patience_s and (busy_s is None or passed_s + busy_s > BUSY_PATIENCE_S):
                waited = f"not within {patience_s:g} s: " if patience_s else ""
                raise _failure(answer, waited + "\n".join(lines[:SHOWN]))
            time.sleep(PAUSE_S if busy_s is None else min(busy_s, BUSY_PATIENCE_S))
        self._capture(step, answer)

    def _unmet(self, step: Mapping[str, JSON], answer: Answer) -> list[str]:
        expect = compute(step.get("expect", {}), self._scope)
        expects_deadline = "DEADLINE_EXCEEDED" in repr(expect)
        if answer.timed_out and not expects_deadline:
            return [f"no answer within {self._timeout_s(step):g} s: it hangs"]
        return broken_laws(answer) + unmet(expect, answer, self._scope)

    def _capture(self, step: Mapping[str, JSON], answer: Answer) -> None:
        found = answer.as_json()
        for name, path in compute(step.get("capture", {}), self._scope).items():
            head = path.partition(".")[0].partition("[")[0]
            source = found if head in found else answer.reply
            try:
                self._scope[name] = at(path, source)
            except NoSuchPathError as error:
                raise StepFailedError(f"nothing to capture: {error}") from error

    def _attempt(self, step: Mapping[str, JSON], last: Answer | None) -> Answer:
        if "wait" in step:
            time.sleep(seconds(step["wait"]))
            return Answer(reply={})
        request = compute(step.get("request"), self._scope)
        if "compute" in step:
            return Answer(reply=request)
        if "describe" in step:
            name = str(compute(step["describe"], self._scope))
            return Answer(reply=describe(self._target.contract, name))
        if "encode" in step:
            return self._encoded(str(compute(step["encode"], self._scope)), request)
        if "http" in step:
            return self._http(compute(step["http"], self._scope), step, request)
        try:
            return self._called(step, request, last)
        except (UnknownMethodError, EndlessPagesError) as error:
            raise StepFailedError(str(error)) from error
        except json_format.ParseError as error:
            raise StepFailedError(f"the request does not fit the contract: {error}") from error

    def _called(self, step: Mapping[str, JSON], request: JSON, last: Answer | None) -> Answer:
        wire = self._target.wire
        if wire is None:
            raise StepFailedError("there is no server here")
        action = next((each for each in ACTIONS if each in step), "")
        name = str(compute(step.get(action, ""), self._scope))
        call = Call(
            method=self._target.contract.method(name),
            body=request,
            metadata=self._metadata(step),
            timeout_s=self._timeout_s(step),
            unknown_fields=bytes.fromhex(step.get("unknown_fields", "")),
        )
        self._target.janitor.note(call.method.name, request)
        match action:
            case "call":
                return wire.call(call, self._trace)
            case "stream":
                return wire.stream(call, self._trace)
            case "cancel_after":
                return wire.cancelled(call, seconds(step["after"]), self._trace)
            case "burst":
                return self._burst(wire, call, int(step["times"]), last)
            case "paginate_all":
                most, twice = int(step.get("max_pages", 0)), bool(step.get("twice"))
                return all_pages(lambda c: wire.call(c, self._trace), call, most=most, twice=twice)
        raise StepFailedError(f"a server can't do {action!r}")

    def _burst(self, wire: Wire | EdgeWire, call: Call, times: int, last: Answer | None) -> Answer:
        """Make the same call many times at once; the reply is `{replies, errors}`.

        Where a busy server refused some calls of the last attempt only those are made again.
        """
        kept = _answered(last)
        quiet, started, times = Trace(), time.monotonic(), times - len(kept)
        with ThreadPoolExecutor(max_workers=min(times, 64)) as pool:
            answers = list(pool.map(lambda _: wire.call(call, quiet), range(times)))
        self._trace.lines += quiet.lines[:4]
        broken = [line for each in answers for line in broken_laws(each)]
        if broken:
            raise StepFailedError("\n".join(broken[:SHOWN]))
        answers = [*kept, *answers]
        reply = {
            "replies": [each.reply for each in answers if each.error is None],
            "errors": [each.error for each in answers if each.error is not None],
        }
        elapsed_ms = (time.monotonic() - started) * 1000
        timed_out = any(each.timed_out for each in answers)
        return Answer(reply=reply, elapsed_ms=elapsed_ms, timed_out=timed_out)

    def _encoded(self, name: str, request: JSON) -> Answer:
        contract = self._target.contract
        kind = contract.message_type(name)
        try:
            if isinstance(request, str) and request.startswith("hex:"):
                message = contract.decode(kind, bytes.fromhex(request[4:]))
            else:
                message = contract.parse(kind, request)
        except (json_format.ParseError, DecodeError) as error:
            return Answer(error=own_error("INVALID_ARGUMENT", str(error)))
        raw = message.SerializeToString(deterministic=True)
        again = contract.decode(kind, raw)
        return Answer(
            reply={
                "json": camel_json(contract, again),
                "proto_json": contract.to_json(again),
                "hex": raw.hex(),
            }
        )

    def _http(self, line: str, step: Mapping[str, JSON], body: JSON) -> Answer:
        if self._target.http is None:
            raise StepFailedError("there is no HTTP address here")
        headers = self._metadata(step)
        return self._target.http.call(line, headers, body, self._timeout_s(step), self._trace)

    def _metadata(self, step: Mapping[str, JSON]) -> tuple[tuple[str, str], ...]:
        more = compute(step.get("metadata", {}), self._scope)
        own = self._target.credentials.metadata(str(compute(step.get("as", ""), self._scope)))
        return (*own, *((key.lower(), str(value)) for key, value in more.items()))

    def _timeout_s(self, step: Mapping[str, JSON]) -> float:
        return seconds(step["timeout"]) if "timeout" in step else TIMEOUT_S


def _answered(burst: Answer | None) -> list[Answer]:
    """Return the calls of a burst that a busy server did not refuse; none if it refused none."""
    if burst is None or busy_delay_s(burst) is None:
        return []
    errors = [each for each in burst.reply["errors"] if not is_busy(each)]
    return [
        *(Answer(reply=each) for each in burst.reply["replies"]),
        *(Answer(error=each, timed_out=burst.timed_out) for each in errors),
    ]


def _failure(answer: Answer, reason: str) -> StepFailedError:
    """Return why a step failed; a connection that breaks later is a fault of a server."""
    message = str((answer.error or {}).get("message", ""))
    is_refused = any(words in message for words in _REFUSED)
    return UnreachableError(reason) if is_refused else StepFailedError(reason)
