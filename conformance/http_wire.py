"""Sends plain HTTP requests to the edge in front of a server."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping

from conformance.answer import CODES, Answer
from conformance.case import JSON
from conformance.wire import Trace


class HttpWire:
    """One edge by its address, such as `http://localhost:8080`."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def call(
        self, line: str, headers: Mapping[str, str], body: JSON, timeout_s: float, trace: Trace
    ) -> Answer:
        """Send `GET /path`; the reply is `{status, json, text}`, whatever the status."""
        verb, _, path = line.partition(" ")
        data = None if body is None else json.dumps(body).encode()
        sent = dict(headers)
        if data is not None:
            sent.setdefault("content-type", "application/json")
        trace.sent(line, tuple(sent.items()), body)
        request = urllib.request.Request(self._address + path, data, sent, method=verb)
        started = time.monotonic()
        answer = Answer()
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as response:
                answer.reply = _reply(response.status, response.read())
                answer.headers = _headers(response.headers)
        except urllib.error.HTTPError as error:
            answer.reply = _reply(error.code, error.read())
            answer.headers = _headers(error.headers)
        except (TimeoutError, urllib.error.URLError) as error:
            answer.timed_out = isinstance(error, TimeoutError)
            answer.error = {"code": CODES[14], "reason": "", "message": str(error)}
        answer.elapsed_ms = (time.monotonic() - started) * 1000
        trace.received(answer)
        return answer


def _reply(status: int, raw: bytes) -> dict[str, JSON]:
    text = raw.decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    return {"status": status, "json": parsed, "text": text}


def _headers(headers: JSON) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}
