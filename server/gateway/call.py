"""What a servicer knows of the RPC it answers, besides the request."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import NamedTuple

from google.protobuf.message import Message

from server.core.errors import ServerError
from server.gateway.auth.caller import NOBODY, Caller, Credentials
from server.gateway.auth.subject_rule import Refusals


@dataclass(slots=True)
class Call:
    """One RPC under way.

    Attributes:
        request_id: chosen by the client or by the server.
        received_ms: wall clock.
        deadline_s: `time.monotonic()` by which the reply must be ready.
        traceparent: W3C trace context for work that this call causes; may be empty.
        credentials: as sent, unchecked.
        caller: who calls, once that is checked.
        refusals: entries of the request that the caller may not write, by their place; methods that
            answer each entry answer these with their errors.
        reply_headers: initial metadata of the reply; set by the method.
    """

    request_id: str
    received_ms: int
    deadline_s: float
    traceparent: str = ""
    credentials: Credentials = field(default_factory=Credentials, repr=False)
    caller: Caller = NOBODY
    refusals: Refusals = field(default_factory=dict)
    reply_headers: tuple[tuple[str, str], ...] = ()

    def remaining_s(self) -> float:
        """Return the time left, 0 if there is none."""
        return max(0.0, self.deadline_s - time.monotonic())


class RefusedMessage(NamedTuple):
    """A message of a stream that is not to be acted on; `message` is None if it cannot be read."""

    error: ServerError
    message: Message | None = None


def new_request_id() -> str:
    """Return an id for a request whose client chose none."""
    return uuid.uuid4().hex
