"""The record of the calls that arrived."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from conformance.case import JSON

_TIMEOUT = re.compile(r"([0-9]{1,8})([HMSmun])")
_MILLISECONDS = {"H": 3_600_000.0, "M": 60_000.0, "S": 1000.0, "m": 1.0, "u": 1e-3, "n": 1e-6}


class BrokenScriptError(Exception):
    """A script could not be played; says at which call and why."""


@dataclass(slots=True)
class ReceivedCall:
    """One call; `request` is a list of messages if the method takes a stream of them.

    Attributes:
        ended: `open`, `answered`, or `cancelled` if the client went away before the answer's end.
    """

    method: str
    protocol: str
    metadata: Mapping[str, str]
    received_ms: float
    since_previous_ms: float | None
    timeout_ms: float | None
    request: JSON = None
    ended: str = "open"
    ended_ms: float | None = None

    def as_json(self) -> dict[str, JSON]:
        """Return it as `received` of a case sees it; what is not known is left out."""
        found: dict[str, JSON] = {
            "method": self.method,
            "protocol": self.protocol,
            "metadata": dict(self.metadata),
            "request": list(self.request) if isinstance(self.request, list) else self.request,
            "received_ms": self.received_ms,
            "ended": self.ended,
        }
        for name in ("since_previous_ms", "timeout_ms", "ended_ms"):
            if (value := getattr(self, name)) is not None:
                found[name] = value
        return found


@dataclass(slots=True)
class CallRecord:
    """All calls in order of arrival; times count from when the record was made."""

    began: float = field(default_factory=time.monotonic)
    calls: list[ReceivedCall] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def begin(self, method: str, protocol: str, metadata: Mapping[str, str]) -> ReceivedCall:
        """Record that a call has arrived."""
        now = self._now_ms()
        previous = self.calls[-1].received_ms if self.calls else None
        call = ReceivedCall(
            method=method,
            protocol=protocol,
            metadata=metadata,
            received_ms=now,
            since_previous_ms=None if previous is None else round(now - previous, 1),
            timeout_ms=timeout_ms(metadata),
        )
        self.calls.append(call)
        return call

    def end(self, call: ReceivedCall, how: str) -> None:
        """Record how a call has ended, the first time that is known."""
        if call.ended == "open":
            call.ended, call.ended_ms = how, self._now_ms()

    def break_off(self, call: ReceivedCall, error: Exception) -> None:
        """Record that a call could not be answered as the script says."""
        self.broken.append(f"{call.method}: {type(error).__name__}: {error}")

    def _now_ms(self) -> float:
        return round((time.monotonic() - self.began) * 1000, 1)


def timeout_ms(metadata: Mapping[str, str]) -> float | None:
    """Return the deadline that a call was sent with; None: without one, or one that is none."""
    if found := _TIMEOUT.fullmatch(metadata.get("grpc-timeout", "")):
        return round(int(found[1]) * _MILLISECONDS[found[2]], 3)
    told = metadata.get("connect-timeout-ms", "")
    return float(told) if told.isdecimal() else None
