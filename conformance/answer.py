"""What came back from a call, as JSON that cases can match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from google.protobuf import json_format
from google.protobuf.message import DecodeError

from conformance.case import JSON
from conformance.contract import Contract
from conformance.own_messages import own_message

DETAILS_KEY = "grpc-status-details-bin"
# With these a server refuses what it would do at another time.
BUSY_REASONS = ("QUOTA_EXHAUSTED", "OVERLOADED")
TOO_MANY_REQUESTS = 429


@dataclass(slots=True)
class Answer:
    """What came of a call.

    Attributes:
        error: None if there was none; else `{code, reason, domain, message, metadata, request_id,
            field_violations, resource, retry_delay_s, quota, details, from_server}`.
        timed_out: our own deadline passed without any answer of the server.
        info: in client mode what the SDK says of the call.
    """

    reply: JSON = None
    error: dict[str, JSON] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    elapsed_ms: float = 0.0
    timed_out: bool = False
    info: dict[str, JSON] = field(default_factory=dict)

    def as_json(self) -> dict[str, JSON]:
        """Return it as what `expect.answer` and `capture` look at."""
        return {
            "reply": self.reply,
            "error": self.error,
            "headers": self.headers,
            "trailers": self.trailers,
            "elapsed_ms": self.elapsed_ms,
            "info": self.info,
        }


def error_of_details(
    code: str, message: str, raw: bytes | None, contract: Contract
) -> dict[str, JSON]:
    """Return an error from what the transport has of it."""
    details: list[dict[str, JSON]] = []
    if raw:
        status = own_message("google.rpc.Status")
        try:
            status.ParseFromString(raw)
            details = contract.to_json(_in_pool(contract, status)).get("details", [])
        except (DecodeError, TypeError, json_format.Error) as error:
            message = f"{message} (its details can't be read: {error})"
    return _error(code, message, details, from_server=raw is not None)


def own_error(code: str, message: str = "") -> dict[str, JSON]:
    """Return an error that no server told: it is of the connection, or of an unreadable reply."""
    return _error(code, message, [], from_server=False)


def _in_pool(contract: Contract, status: JSON) -> JSON:
    kind = contract.pool.FindMessageTypeByName("google.rpc.Status")
    return contract.decode(kind, status.SerializeToString())


def with_errors(value: JSON) -> JSON:
    """Return JSON in which every google.rpc.Status is an error like that of a call."""
    if isinstance(value, list):
        return [with_errors(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"code", "message", "details"} and isinstance(value["code"], int):
        return _error(_code_name(value["code"]), value["message"], value["details"], True)
    return {name: with_errors(each) for name, each in value.items()}


CODES = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
]


def _code_name(code: int) -> str:
    return CODES[code] if 0 <= code < len(CODES) else str(code)


def _error(
    code: str, message: str, details: list[dict[str, JSON]], from_server: bool
) -> dict[str, JSON]:
    kinds = {str(each.get("@type", "")).rpartition(".")[2]: each for each in details}
    info = kinds.get("ErrorInfo", {})
    error: dict[str, JSON] = {
        "code": code,
        "message": message,
        "reason": info.get("reason", ""),
        "domain": info.get("domain", ""),
        "metadata": info.get("metadata", {}),
        "request_id": info.get("metadata", {}).get("request_id", ""),
        "details": details,
        "from_server": from_server,
        "field_violations": kinds.get("BadRequest", {}).get("field_violations", []),
    }
    if "ResourceInfo" in kinds:
        error["resource"] = kinds["ResourceInfo"]
    if "QuotaFailure" in kinds:
        error["quota"] = kinds["QuotaFailure"]
    if "RetryInfo" in kinds:
        error["retry_delay_s"] = float(kinds["RetryInfo"].get("retry_delay", "0s").rstrip("s"))
    return error


def is_busy(error: Mapping[str, JSON]) -> bool:
    """Whether a server refused a call for its quota or its load, and says when to ask again."""
    return error.get("reason") in BUSY_REASONS and error.get("retry_delay_s") is not None


def busy_delay_s(answer: Answer) -> float | None:
    """Return after how long a server that is busy wants to be asked again.

    None: it is not, or does not say when.
    """
    reply = answer.reply if isinstance(answer.reply, dict) else {}
    errors = reply.get("errors", ()) if answer.error is None else [answer.error]
    delays = [float(each["retry_delay_s"]) for each in errors if is_busy(each)]
    after = answer.headers.get("retry-after", "")
    if reply.get("status") == TOO_MANY_REQUESTS and after.isdecimal():
        delays.append(float(after))
    return max(delays, default=None)
