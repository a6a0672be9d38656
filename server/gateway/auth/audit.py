"""The audit log: who did what to what, how it ended, and nothing secret."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from server.core.clock import Clock
from server.gateway.auth.caller import Caller
from server.gateway.auth.ports import AuditSink
from server.observability.metrics import Metrics

log = logging.getLogger(__name__)
audit_log = logging.getLogger("shortlist.audit")

MAX_RESOURCES: Final = 16
MAX_TEXT: Final = 256
_NAMES: Final = frozenset({"name", "parent", "path", "user"})
# Ids of the call itself, not of what it is about.
_OF_THE_CALL: Final = frozenset({"request_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One call.

    Attributes:
        resources: what it was about: names, ids and paths from the request, and the name of what it
            made.
        outcome: the gRPC status. reason: of an error; empty: none.
    """

    caller: Caller
    method: str
    request_id: str
    outcome: str
    reason: str = ""
    resources: tuple[str, ...] = ()

    def fields(self) -> dict[str, Any]:
        """Return what the line says."""
        return {
            "request_id": self.request_id,
            "caller": self.caller.id,
            "caller_name": self.caller.name,
            "scope": self.caller.scope.label,
            "method": self.method,
            "resources": list(self.resources),
            "outcome": self.outcome,
            "reason": self.reason,
        }


class Audit:
    """Writes entries to the log and, if there is one, to a sink of their own."""

    def __init__(self, clock: Clock, metrics: Metrics, sink: AuditSink | None = None) -> None:
        self._clock = clock
        self._metrics = metrics
        self._sink = sink
        # Whatever the level of other logs.
        audit_log.setLevel(logging.INFO)

    async def record(self, entry: AuditEntry) -> None:
        """Write an entry; in the sink it is durable on return.

        A sink that fails is an error in the log; what was done stays done.
        """
        fields = entry.fields()
        audit_log.info("audit", extra=fields)
        if self._sink is None:
            return
        line = orjson.dumps({"time_ms": self._clock.now_ms(), **fields}) + b"\n"
        try:
            # Shielded: a caller that hangs up must not take its line along.
            await asyncio.shield(self._sink.write(line))
        except OSError as error:
            self._metrics.audit_failed()
            log.error("audit line not kept", extra={"reason": str(error), **fields})


def resources_of(request: Message, response: Message | None = None) -> tuple[str, ...]:
    """Return the names, ids and paths in a request and in the resources it carries, and the name of
    what the response says was made."""
    texts = [*_texts(request), getattr(response, "name", "")]
    found = dict.fromkeys(text[:MAX_TEXT] for text in texts if text)
    return tuple(found)[:MAX_RESOURCES]


def _texts(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if _says_what(field):
            yield from value if field.is_repeated else (value,)
        elif field.message_type is not None and not field.is_repeated:
            for below, text in value.ListFields():
                if below.name == "name" and below.type == FieldDescriptor.TYPE_STRING:
                    yield text


def _says_what(field: FieldDescriptor) -> bool:
    if field.type != FieldDescriptor.TYPE_STRING or field.name in _OF_THE_CALL:
        return False
    return field.name in _NAMES or _ends(field.name, ("_id", "_ids", "_name"))


def _ends(name: str, endings: Iterable[str]) -> bool:
    return any(name.endswith(ending) for ending in endings)
