"""Sends plain HTTP requests to the edge in front of a server."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterable

from conformance.answer import Answer, own_error
from conformance.case import JSON
from conformance.protocols.edge_connections import FAILURES, EdgeConnections, HttpReply, HttpRequest
from conformance.protocols.trace import Trace


class HttpWire:
    """One edge."""

    def __init__(self, connections: EdgeConnections) -> None:
        self._connections = connections

    def call(
        self,
        line: str,
        headers: Iterable[tuple[str, str]],
        body: JSON,
        timeout_s: float,
        trace: Trace,
    ) -> Answer:
        """Send `GET /path`; the reply is `{status, json, text, size}`, whatever the status.

        `size` counts the bytes that came, which may be compressed; `json` and `text` are of what
        they hold, if that is gzip or nothing.
        """
        verb, _, path = line.partition(" ")
        raw = None if body is None else json.dumps(body).encode()
        sent = [*headers]
        if raw is not None and "content-type" not in dict(sent):
            sent.append(("content-type", "application/json"))
        trace.sent(line, sent, body)
        started = time.monotonic()
        answer = Answer()
        try:
            request = HttpRequest(verb, path, tuple(sent), raw)
            reply = self._connections.exchange(request, timeout_s)
            answer.reply, answer.headers = _shown(reply), reply.headers
        except FAILURES as error:
            answer.timed_out = isinstance(error, TimeoutError)
            answer.error = own_error("UNAVAILABLE", str(error))
        answer.elapsed_ms = (time.monotonic() - started) * 1000
        trace.received(answer)
        return answer


def _shown(reply: HttpReply) -> dict[str, JSON]:
    is_gzip = reply.headers.get("content-encoding") == "gzip"
    text = (gzip.decompress(reply.body) if is_gzip else reply.body).decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    return {"status": reply.status, "json": parsed, "text": text, "size": len(reply.body)}
