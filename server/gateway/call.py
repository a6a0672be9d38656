"""What a servicer knows of the RPC it answers, besides the request."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass


@dataclass(slots=True)
class Call:
    """One RPC under way.

    Attributes:
        request_id: chosen by the client or by the server.
        received_ms: wall clock.
        deadline_s: `time.monotonic()` by which the reply must be ready.
        traceparent: W3C trace context for work that this call causes; may be empty.
    """

    request_id: str
    received_ms: int
    deadline_s: float
    traceparent: str = ""

    def remaining_s(self) -> float:
        """Return the time left, 0 if there is none."""
        return max(0.0, self.deadline_s - time.monotonic())


def new_request_id() -> str:
    """Return an id for a request whose client chose none."""
    return uuid.uuid4().hex
