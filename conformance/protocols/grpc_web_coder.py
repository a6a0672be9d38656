"""gRPC-Web: gRPC's frames in an HTTP/1.1 body, the trailers as a last frame.

Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
"""

from __future__ import annotations

from urllib.parse import unquote

from conformance.answer import CODES, DETAILS_KEY, Answer, error_of_details
from conformance.case import JSON
from conformance.contract import Contract
from conformance.protocols.call import Call
from conformance.protocols.edge_connections import HttpReply, HttpRequest
from conformance.protocols.edge_wire import milliseconds
from conformance.protocols.frames import GRPC_WEB_TRAILERS, frame, frames
from conformance.protocols.headers import bytes_of
from conformance.protocols.messages import encode, read_bytes

# What a proxy's answer without a gRPC status means.
_CODE_OF_HTTP = {400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 502: 14, 503: 14, 504: 14}


class GrpcWebCoder:
    """Puts calls into gRPC-Web."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract

    def request(self, call: Call) -> HttpRequest:
        """Return a unary call's request."""
        return _request(call, frame(0, encode(self._contract, call, call.body)))

    def stream_request(self, call: Call) -> HttpRequest:
        """Return a request with all messages."""
        raws = (encode(self._contract, call, body) for body in call.body)
        return _request(call, b"".join(frame(0, raw) for raw in raws))

    def answer(self, call: Call, reply: HttpReply) -> Answer:
        """Return what came of a unary call."""
        answer = self.stream_answer(call, reply)
        replies = answer.reply["replies"]
        answer.reply = replies[0] if replies else None
        if answer.error is None and not replies:
            raise ValueError("neither a message nor an error")
        return answer

    def stream_answer(self, call: Call, reply: HttpReply) -> Answer:
        """Return what came of a stream."""
        replies: list[JSON] = []
        # A reply without messages may have its trailers in place of headers.
        trailers = reply.headers if "grpc-status" in reply.headers else {}
        is_framed = reply.headers.get("content-type", "").startswith("application/grpc-web")
        for flags, raw in frames(reply.body) if is_framed else ():
            if flags & GRPC_WEB_TRAILERS:
                trailers = _fields(raw)
                continue
            replies.append(read_bytes(self._contract, call, raw))
        error = self._error(reply, trailers)
        kept = {key: value for key, value in trailers.items() if not key.startswith("grpc-")}
        return Answer({"replies": replies}, error, reply.headers, kept)

    def _error(self, reply: HttpReply, trailers: dict[str, str]) -> dict[str, JSON] | None:
        status = trailers.get("grpc-status")
        if status is None:
            code, message = CODES[_CODE_OF_HTTP.get(reply.status, 2)], "no grpc-status"
            return error_of_details(code, f"HTTP {reply.status}: {message}", None, self._contract)
        if status == "0":
            return None
        details = trailers.get(DETAILS_KEY)
        raw = None if details is None else bytes_of(details)
        message = unquote(trailers.get("grpc-message", ""))
        return error_of_details(CODES[int(status)], message, raw, self._contract)


def _request(call: Call, body: bytes) -> HttpRequest:
    headers = (
        ("content-type", "application/grpc-web+proto"),
        ("x-grpc-web", "1"),
        ("grpc-timeout", f"{milliseconds(call.timeout_s)}m"),
        *call.metadata,
    )
    return HttpRequest("POST", call.path, headers, body)


def _fields(raw: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in raw.decode("latin-1").split("\r\n") if line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}
