"""Which errors a method answers with, by HTTP status."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sdk.generator.api_model import ErrorReason, Method, Service

# Source: google/rpc/code.proto.
HTTP_STATUS = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}
_WORD = re.compile(r"\b[A-Z][A-Z_]+[A-Z]\b")
# What the edge itself may answer, whatever the method.
_ANYWHERE = (
    "INVALID_REQUEST",
    "CREDENTIALS_MISSING",
    "CREDENTIALS_INVALID",
    "CREDENTIALS_EXPIRED",
    "SCOPE_INSUFFICIENT",
    "QUOTA_EXHAUSTED",
    "DEPENDENCY_UNAVAILABLE",
    "DEADLINE_TOO_SHORT",
    "INTERNAL",
)
_FOR_A_SUBJECT = "SUBJECT_MISMATCH"


def errors_by_status(
    method: Method, service: Service, reasons: Iterable[ErrorReason]
) -> dict[int, list[ErrorReason]]:
    """Return the reasons of a method by status, in the order of the contract.

    They are those that its comment and its service's name, and those of the edge. A contract that
    has no reason of a name is not told of it.
    """
    named = set(_WORD.findall(f"{method.docs}\n{service.docs}")) | set(_ANYWHERE)
    if method.subject_fields:
        named.add(_FOR_A_SUBJECT)
    found: dict[int, list[ErrorReason]] = {}
    for reason in reasons:
        if reason.name in named:
            found.setdefault(HTTP_STATUS[reason.code], []).append(reason)
    return dict(sorted(found.items()))
