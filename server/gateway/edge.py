"""What every RPC shares: ids, deadlines, parsing, checking, counting, and how it fails."""

from __future__ import annotations

import logging
import re
import time
from typing import Any, Never, TypeAlias

import grpc
from google.protobuf.message import Message

from server.core.clock import Clock
from server.core.errors import ServerError, UnavailableError
from server.gateway.auth.caller import CREDENTIAL_KEYS, Credentials
from server.gateway.auth.guard import Guard
from server.gateway.call import Call, new_request_id
from server.gateway.constraints import Constraints
from server.gateway.error_status import (
    REQUEST_ID_KEY,
    code_of,
    is_fault,
    status_of,
    trailers,
)
from server.gateway.request_reader import RequestReader
from server.gateway.routes import Route
from server.gateway.settings import GatewaySettings
from server.observability.logs import request_id as log_request_id
from server.observability.metrics import Metrics
from server.observability.tracing import TRACEPARENT, Tracing

log = logging.getLogger(__name__)

# Requests and replies are raw bytes at this level.
Context: TypeAlias = grpc.aio.ServicerContext[Any, Any]

IDEMPOTENCY_KEY = "idempotency-key"
_REQUEST_ID = re.compile(r"[!-.0-~]{1,128}")


class Edge:
    """The services that answering an RPC needs, whichever it is."""

    def __init__(
        self,
        settings: GatewaySettings,
        reader: RequestReader,
        constraints: Constraints,
        guard: Guard,
        clock: Clock,
        metrics: Metrics,
        tracing: Tracing,
    ) -> None:
        self.constraints = constraints
        self.guard = guard
        self.metrics = metrics
        self.tracing = tracing
        self.minimum_deadline_s = settings.deadlines.minimum_s
        self.is_refusing = False
        self._default_deadline_s = settings.deadlines.default_s
        self._reader = reader
        self._clock = clock

    def begin(self, context: Context) -> Call:
        """Return what is known of an RPC before its request is read."""
        request_id = idempotency_key = traceparent = ""
        credentials = Credentials()
        for key, value in context.invocation_metadata() or ():
            if key == REQUEST_ID_KEY and isinstance(value, str) and _REQUEST_ID.fullmatch(value):
                request_id = value
            elif key == "traceparent" and isinstance(value, str) and TRACEPARENT.fullmatch(value):
                traceparent = value
            elif key == IDEMPOTENCY_KEY and isinstance(value, str) and _REQUEST_ID.fullmatch(value):
                idempotency_key = value
            elif key in CREDENTIAL_KEYS and isinstance(value, str):
                credentials.add(key, value)
        remaining_s: float | None = context.time_remaining()
        if remaining_s is None:
            remaining_s = self._default_deadline_s
        return Call(
            # The key is the same on all attempts of one call, and so is the id then.
            request_id=request_id or idempotency_key or new_request_id(),
            received_ms=self._clock.now_ms(),
            deadline_s=time.monotonic() + remaining_s,
            traceparent=traceparent,
            credentials=credentials,
        )

    async def parse(self, route: Route, raw: bytes) -> Message:
        """Return the message in some bytes; see `RequestReader.read`."""
        return await self._reader.read(route.request, raw)

    def adopt_request_id(self, request: Message, call: Call) -> None:
        """Let the id in a request take precedence, if it is one."""
        chosen: str = getattr(request, "request_id", "")
        if chosen and _REQUEST_ID.fullmatch(chosen):
            call.request_id = chosen
            log_request_id.set(chosen)

    def going(self) -> ServerError:
        """Return what callers are told while the server stops."""
        return UnavailableError("the server is about to stop; connect again")

    async def fail(self, route: Route, error: Exception, call: Call, context: Context) -> Never:
        """End an RPC with an error; a fault of the server is logged, and hidden."""
        if is_fault(error):
            self.metrics.fault(route.path)
            log.error("unexpected error", exc_info=error, extra={"method": route.path})
        status = status_of(error, call.request_id)
        await context.abort(code_of(error), status.message, trailers(status, call.request_id))
