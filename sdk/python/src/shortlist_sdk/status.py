"""Decodes google.rpc.Status and the standard details it carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import betterproto2

from ._messages.google import rpc
from ._messages.google.protobuf import Any
from .codes import Code

_PREFIX = "type.googleapis.com/google.rpc."
_DETAILS: dict[str, type[betterproto2.Message]] = {
    kind.__name__: kind
    for kind in (
        rpc.BadRequest,
        rpc.DebugInfo,
        rpc.ErrorInfo,
        rpc.Help,
        rpc.LocalizedMessage,
        rpc.PreconditionFailure,
        rpc.QuotaFailure,
        rpc.RequestInfo,
        rpc.ResourceInfo,
        rpc.RetryInfo,
    )
}


@dataclass(frozen=True)
class FieldViolation:
    """A field of the request that is wrong, and why."""

    field: str
    description: str


@dataclass(frozen=True)
class ParsedStatus:
    """A status and what its details say; details of kinds unknown here stay `Any`."""

    code: Code = Code.UNKNOWN
    message: str = ""
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    details: tuple[betterproto2.Message, ...] = ()
    field_violations: tuple[FieldViolation, ...] = ()
    request_id: str = ""
    retry_delay_s: float | None = None


def parse_status(serialized: bytes) -> ParsedStatus:
    """Return a parsed status; an empty one if there is none, or it can't be read."""
    if not serialized:
        return ParsedStatus()
    try:
        return read_status(rpc.Status.parse(serialized))
    except (ValueError, EOFError, IndexError):
        # A proxy in between may have made it up; the code still tells what happened.
        return ParsedStatus()


def read_status(status: rpc.Status) -> ParsedStatus:
    """Return a status with its details decoded."""
    details = tuple(_decoded(detail) for detail in status.details)
    info = next((each for each in details if isinstance(each, rpc.ErrorInfo)), None)
    request = next((each for each in details if isinstance(each, rpc.RequestInfo)), None)
    retry = next((each for each in details if isinstance(each, rpc.RetryInfo)), None)
    delay = retry.retry_delay if retry else None
    metadata = dict(info.metadata) if info else {}
    return ParsedStatus(
        code=Code.of(status.code),
        message=status.message,
        reason=info.reason if info else "",
        metadata=metadata,
        details=details,
        field_violations=tuple(
            FieldViolation(violation.field, violation.description)
            for each in details
            if isinstance(each, rpc.BadRequest)
            for violation in each.field_violations
        ),
        request_id=request.request_id if request else metadata.get("request_id", ""),
        retry_delay_s=delay.total_seconds() if delay is not None else None,
    )


def _decoded(detail: Any) -> betterproto2.Message:
    kind = _DETAILS.get(detail.type_url.removeprefix(_PREFIX))
    return kind.parse(detail.value) if kind else detail
