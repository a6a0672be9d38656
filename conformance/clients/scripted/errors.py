"""Errors as google.rpc.Status, and that in the form of each protocol."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from google.protobuf.message import Message

from conformance.answer import CODES, DETAILS_KEY
from conformance.case import JSON
from conformance.clients.scripted.codecs import compact
from conformance.contract import Contract
from conformance.protocols.headers import text_of
from conformance.protocols.messages import camel_json

_HTTP_STATUS = {
    **{"CANCELLED": 499, "UNKNOWN": 500, "INVALID_ARGUMENT": 400, "DEADLINE_EXCEEDED": 504},
    **{"NOT_FOUND": 404, "ALREADY_EXISTS": 409, "PERMISSION_DENIED": 403},
    **{"RESOURCE_EXHAUSTED": 429, "FAILED_PRECONDITION": 400, "ABORTED": 409, "OUT_OF_RANGE": 400},
    **{"UNIMPLEMENTED": 501, "INTERNAL": 500, "UNAVAILABLE": 503, "DATA_LOSS": 500},
    "UNAUTHENTICATED": 401,
}
# Source: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, "Percent-Encoded".
_UNQUOTED = " !\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"
_TYPES = "type.googleapis.com/google.rpc."


class Status:
    """An error of a call."""

    def __init__(self, contract: Contract, message: Message) -> None:
        """message: a google.rpc.Status of the contract's pool."""
        self._contract = contract
        self._message: JSON = message

    @property
    def http_status(self) -> int:
        """The HTTP status that the edge gives to the code."""
        return _HTTP_STATUS.get(self._code, 500)

    def grpc_trailers(self) -> list[tuple[str, str]]:
        """Return `grpc-status` and what belongs to it."""
        fields = [
            ("grpc-status", str(self._message.code)),
            ("grpc-message", quote(self._message.message, safe=_UNQUOTED)),
        ]
        if self._message.details:
            raw = self._message.SerializeToString(deterministic=True)
            fields.append((DETAILS_KEY, text_of(raw)))
        return fields

    def connect_error(self) -> dict[str, JSON]:
        """Return Connect's JSON."""
        code = "canceled" if self._code == "CANCELLED" else self._code.lower()
        details = [
            {"type": each.type_url.rpartition("/")[2], "value": text_of(each.value)}
            for each in self._message.details
        ]
        return {"code": code, "message": self._message.message, "details": details}

    def rest_body(self) -> bytes:
        """Return the JSON that the edge's transcoder makes."""
        whole = {"code": self._message.code, "message": self._message.message, "details": []}
        return compact({**whole, **camel_json(self._contract, self._message)})

    def edge_headers(self) -> list[tuple[str, str]]:
        """Return the headers that the edge adds to errors in JSON."""
        fields = [("cache-control", "no-store")]
        for detail in self._message.details:
            if detail.type_url == f"{_TYPES}RetryInfo":
                kind = self._contract.pool.FindMessageTypeByName("google.rpc.RetryInfo")
                delay: JSON = self._contract.decode(kind, detail.value)
                wait_s = delay.retry_delay.seconds + delay.retry_delay.nanos / 1e9
                fields.append(("retry-after", str(max(1, math.ceil(wait_s)))))
        return fields

    @property
    def _code(self) -> str:
        code = self._message.code
        return CODES[code] if 0 <= code < len(CODES) else "UNKNOWN"


def status_of(
    contract: Contract, error: Mapping[str, JSON], domain: str, request_id: str = ""
) -> Status:
    """Return the error that a script describes.

    Args:
        error: `{code, reason, message, metadata, retry_delay_ms, field_violations, request_id}`.
        request_id: what RequestInfo says if the error does not.
    """
    return Status(contract, _parsed(contract, status_json(error, domain, request_id)))


def status_json(error: Mapping[str, JSON], domain: str, request_id: str = "") -> dict[str, JSON]:
    """Return an error of a script as google.rpc.Status in JSON."""
    return {
        "code": CODES.index(error.get("code", "UNKNOWN")),
        "message": error.get("message", ""),
        "details": list(_details(error, domain, request_id)),
    }


def _details(error: Mapping[str, JSON], domain: str, request_id: str) -> Iterable[dict[str, JSON]]:
    if reason := error.get("reason"):
        metadata = {name: str(value) for name, value in error.get("metadata", {}).items()}
        yield {
            "@type": f"{_TYPES}ErrorInfo",
            **{"reason": reason, "domain": domain, "metadata": metadata},
        }
    if "retry_delay_ms" in error:
        delay = f"{float(error['retry_delay_ms']) / 1000:.3f}s"
        yield {"@type": f"{_TYPES}RetryInfo", "retryDelay": delay}
    if violations := error.get("field_violations"):
        yield {"@type": f"{_TYPES}BadRequest", "fieldViolations": violations}
    if known := error.get("request_id", request_id):
        yield {"@type": f"{_TYPES}RequestInfo", "requestId": known}


def _parsed(contract: Contract, value: JSON) -> Message:
    return contract.parse(contract.pool.FindMessageTypeByName("google.rpc.Status"), value)
