"""Connect: unary calls are plain POSTs, in JSON where that can hold the request, else in binary.

Source: https://connectrpc.com/docs/protocol
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from google.protobuf import json_format

from conformance.answer import Answer, error_of_details
from conformance.case import JSON
from conformance.contract import Contract
from conformance.own_messages import own_message
from conformance.protocols.call import Call
from conformance.protocols.edge_connections import HttpReply, HttpRequest
from conformance.protocols.edge_wire import milliseconds
from conformance.protocols.frames import CONNECT_END, frame, frames
from conformance.protocols.headers import bytes_of
from conformance.protocols.messages import encode, read_bytes, read_json

_PREFIX = "trailer-"


class ConnectCoder:
    """Puts calls into Connect."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def request(self, call: Call) -> HttpRequest:
        """Return a unary call's request."""
        if self._is_binary(call):
            return _request(call, "application/proto", encode(self._contract, call, call.body))
        message = self._contract.parse(call.method.input_type, call.body)
        text = json_format.MessageToJson(message, indent=None, descriptor_pool=self._contract.pool)
        return _request(call, "application/json", text.encode())

    def answer(self, call: Call, reply: HttpReply) -> Answer:
        """Return what came of a unary call."""
        trailers = {
            name.removeprefix(_PREFIX): value
            for name, value in reply.headers.items()
            if name.startswith(_PREFIX)
        }
        if reply.status != 200:
            error = self._error(json.loads(reply.body))
            # An error's metadata is one: that of its headers and that of its trailers.
            return Answer(None, error, reply.headers, {**reply.headers, **trailers})
        if reply.headers.get("content-type", "").startswith("application/json"):
            shown = read_json(self._contract, call, json.loads(reply.body))
        else:
            shown = read_bytes(self._contract, call, reply.body)
        return Answer(shown, None, reply.headers, trailers)

    def stream_request(self, call: Call) -> HttpRequest:
        """Return a request with all messages, in binary."""
        raws = (encode(self._contract, call, body) for body in call.body)
        body = b"".join(frame(0, raw) for raw in raws)
        return _request(call, "application/connect+proto", body)

    def stream_answer(self, call: Call, reply: HttpReply) -> Answer:
        """Return what came of a stream."""
        replies: list[JSON] = []
        end: Mapping[str, JSON] | None = None
        for flags, raw in frames(reply.body):
            if flags & CONNECT_END:
                end = json.loads(raw)
                continue
            replies.append(read_bytes(self._contract, call, raw))
        if end is None:
            raise ValueError("the stream does not say how it ended")
        error = self._error(end["error"]) if end.get("error") else None
        trailers = {
            name.lower(): ", ".join(values) for name, values in end.get("metadata", {}).items()
        }
        return Answer({"replies": replies}, error, reply.headers, trailers)

    def _is_binary(self, call: Call) -> bool:
        """Whether JSON can't hold the request, or the service is no part of the API.

        An edge turns JSON into messages by the API's descriptors, which health is not among.
        """
        has_bytes = isinstance(call.body, str) and call.body.startswith("hex:")
        is_foreign = call.method.containing_service.full_name.startswith("grpc.")
        return bool(call.unknown_fields) or has_bytes or is_foreign

    def _error(self, error: Mapping[str, JSON]) -> dict[str, JSON]:
        status: JSON = own_message("google.rpc.Status")
        for detail in error.get("details", ()):
            address = f"type.googleapis.com/{detail['type']}"
            status.details.add(type_url=address, value=bytes_of(detail["value"]))
        raw = status.SerializeToString() or None
        code = {"canceled": "CANCELLED"}.get(error["code"], error["code"].upper())
        return error_of_details(code, error.get("message", ""), raw, self._contract)


def _request(call: Call, content_type: str, body: bytes) -> HttpRequest:
    headers = (
        ("content-type", content_type),
        ("connect-protocol-version", "1"),
        ("connect-timeout-ms", str(milliseconds(call.timeout_s))),
        *call.metadata,
    )
    return HttpRequest("POST", call.path, headers, body)
