"""Which answer a call gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from google.protobuf.descriptor import MethodDescriptor

from conformance.case import JSON
from conformance.contract import Contract
from conformance.values import seconds


class Fault(Enum):
    """What goes wrong on the wire, as `WireFault` in suite.proto has it."""

    NONE = "UNSPECIFIED"
    TRUNCATED = "TRUNCATED"
    RESET = "RESET"
    WRONG_CONTENT_TYPE = "WRONG_CONTENT_TYPE"
    GARBAGE = "GARBAGE"
    SILENCE = "SILENCE"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the server does with a call: `ScriptedAnswer` in suite.proto.

    Attributes:
        reply: None: the reply that the method has by itself.
        error: None: there is none.
        http_status: 0: the call is not answered by a proxy.
    """

    reply: JSON = None
    error: Mapping[str, JSON] | None = None
    header_delay_s: float = 0.0
    delay_s: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)
    trailers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault = Fault.NONE
    content_type: str = ""
    unknown_fields: bytes = b""
    http_status: int = 0

    @property
    def has_early_headers(self) -> bool:
        """Whether headers are seen before anything else is."""
        return bool(self.headers) or self.delay_s > 0


class Script:
    """The answers in order, and how often each was used."""

    def __init__(self, contract: Contract, entries: Sequence[Mapping[str, JSON]]) -> None:
        """Raises: UnknownMethodError, ValueError: an entry is no ScriptedAnswer."""
        self._entries = [_Entry(contract, each) for each in entries]

    def next_for(self, method: MethodDescriptor) -> Behaviour:
        """Take the first answer that is for the method and not used up."""
        for entry in self._entries:
            if entry.is_for(method):
                entry.used += 1
                return entry.behaviour
        return Behaviour()


class _Entry:
    """An answer, and for which calls it is."""

    def __init__(self, contract: Contract, entry: Mapping[str, JSON]) -> None:
        name = entry.get("method", "")
        self._method = contract.method(name).full_name if name else ""
        self._times = int(entry.get("times", 0))
        self.used = 0
        self.behaviour = behaviour_of(entry)

    def is_for(self, method: MethodDescriptor) -> bool:
        if self._method and self._method != method.full_name:
            return False
        return not self._times or self.used < self._times


def behaviour_of(entry: Mapping[str, JSON]) -> Behaviour:
    """Return an entry of a script as what it means."""
    return Behaviour(
        reply=entry.get("reply"),
        error=entry.get("error"),
        header_delay_s=seconds(entry.get("header_delay", "0s")),
        delay_s=seconds(entry.get("delay", "0s")),
        headers=_metadata(entry.get("headers", {})),
        trailers=_metadata(entry.get("trailers", {})),
        fault=Fault(entry.get("fault", "UNSPECIFIED").removeprefix("WIRE_FAULT_")),
        content_type=entry.get("content_type", ""),
        unknown_fields=bytes.fromhex(entry.get("unknown_fields", "")),
        http_status=int(entry.get("http_status", 0)),
    )


def _metadata(given: Mapping[str, JSON]) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in given.items()}
