"""Calls whose reply is the whole HTTP body: Connect's unary calls and REST."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import parse_qs

from google.protobuf.message import Message

from conformance.case import JSON
from conformance.clients.scripted.codecs import (
    Codec,
    JsonCodec,
    UnreadableRequestError,
    compact,
)
from conformance.clients.scripted.errors import Status
from conformance.clients.scripted.exchange import HttpRequest, body_of
from conformance.clients.scripted.rest_paths import RestRoute
from conformance.clients.scripted.scripting import Fault
from conformance.clients.scripted.turn import Turn

_JSON = "application/json"


class PlainForm(Protocol):
    """How requests and replies are written."""

    content_type: str
    codec: Codec

    def request(self, turn: Turn, raw: bytes) -> Message:
        """Return the request. Raises: UnreadableRequestError."""

    def error_body(self, status: Status) -> bytes:
        """Return the body of an error."""

    def trailers(self, trailers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that stand for trailers."""


class ConnectForm:
    """Connect's unary calls. Source: https://connectrpc.com/docs/protocol"""

    def __init__(self, codec: Codec, content_type: str) -> None:
        self.codec = codec
        self.content_type = content_type

    def request(self, turn: Turn, raw: bytes) -> Message:
        """Return the request: the body, or of a GET a query parameter."""
        if turn.exchange.request.verb == "GET":
            raw = _message_in(turn.exchange.request)
        return self.codec.decode(turn.method.input_type, raw)

    def error_body(self, status: Status) -> bytes:
        """Return the body of an error."""
        return compact(status.connect_error())

    def trailers(self, trailers: Mapping[str, str]) -> dict[str, str]:
        """Return them under Connect's names and, as the edge does, their own."""
        return {**trailers, **{f"trailer-{name}": value for name, value in trailers.items()}}


class RestForm:
    """JSON at the addresses that the contract's annotations give."""

    content_type = _JSON

    def __init__(self, codec: JsonCodec, route: RestRoute) -> None:
        self.codec: Codec = codec
        self._route = route

    def request(self, turn: Turn, raw: bytes) -> Message:
        """Return the request: address and body together."""
        try:
            found: JSON = self._route.request(turn.exchange.request.target, raw)
        except ValueError as error:
            raise UnreadableRequestError(str(error)) from error
        return self.codec.decode(turn.method.input_type, json.dumps(found).encode())

    def error_body(self, status: Status) -> bytes:
        """Return the body of an error."""
        return status.rest_body()

    def trailers(self, trailers: Mapping[str, str]) -> dict[str, str]:
        """Return them as headers, as the edge sends them."""
        return dict(trailers)


async def answer_plainly(turn: Turn, form: PlainForm) -> None:
    """Answer a call."""
    raw = await body_of(turn.exchange)
    if turn.exchange.request.headers.get("content-encoding") == "gzip":
        raw = gzip.decompress(raw)
    try:
        request = form.request(turn, raw)
    except UnreadableRequestError as error:
        await _send(turn, form, turn.unreadable(error), b"")
        return
    turn.note(request)
    if await turn.is_over_early():
        return
    status = turn.error
    reply = b""
    if status is None:
        made = turn.replies.reply(turn.method, request, turn.behaviour.reply)
        reply = form.codec.encode(made, turn.behaviour.unknown_fields)
    await _send(turn, form, status, reply)


async def _send(turn: Turn, form: PlainForm, status: Status | None, reply: bytes) -> None:
    exchange, fault = turn.exchange, turn.behaviour.fault
    body = reply if status is None else form.error_body(status)
    if fault is Fault.GARBAGE:
        body = form.codec.garbage
    is_cut = fault is Fault.TRUNCATED
    # An empty body can't be cut off.
    promised = max(len(body), 2) if is_cut else len(body)
    content_type = form.content_type if status is None else _JSON
    own = dict(
        [("cache-control", "private, no-store")] if status is None else status.edge_headers()
    )
    if is_cut or not turn.behaviour.delay_s:
        # Without a length a reply is complete at its end, not with its headers if it is empty.
        own["content-length"] = str(promised)
    own |= form.trailers(turn.behaviour.trailers)
    await exchange.send_headers(
        200 if status is None else status.http_status, turn.fields(content_type, own.items())
    )
    if await turn.is_over_after_headers():
        return
    if is_cut:
        await exchange.send(body[: promised // 2])
        await exchange.cut()
        return
    await exchange.send(body)
    await exchange.end()


def _message_in(request: HttpRequest) -> bytes:
    query = parse_qs(request.target.partition("?")[2], keep_blank_values=True)
    text = query.get("message", [""])[0]
    if query.get("base64", [""])[0] != "1":
        return text.encode()
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
