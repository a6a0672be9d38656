"""The one place that turns errors into `google.rpc.Status`.

| error | details beside ErrorInfo |
|---|---|
| InvalidRequestError and its kinds | BadRequest, if fields are named |
| AlreadyExistsError, NotFoundError | ResourceInfo |
| OverloadedError | RetryInfo |
| anything that is not a ServerError | none, and nothing of its text |
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status

from server.core.errors import (
    AlreadyExistsError,
    FieldViolation,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    ServerError,
)

DOMAIN = "shortlist"
DETAILS_KEY = "grpc-status-details-bin"
REQUEST_ID_KEY = "x-request-id"
# Clients refuse trailing metadata beyond 8 KiB, and it travels in base64, the message
# percent-encoded. Texts are measured in bytes.
MAX_VIOLATIONS = 16
MAX_TEXT = 120
MAX_MESSAGE = 300
_CUT = "…".encode()

Trailers: TypeAlias = tuple[tuple[str, str | bytes], ...]


def is_fault(error: BaseException) -> bool:
    """Tell whether an error is the server's fault: hidden from the caller, and logged."""
    return not isinstance(error, ServerError) or error.reason == "INTERNAL"


def code_of(error: BaseException) -> grpc.StatusCode:
    """Return the gRPC status of an error."""
    if isinstance(error, ServerError) and not is_fault(error):
        return grpc.StatusCode[error.status]
    return grpc.StatusCode.INTERNAL


def status_of(error: BaseException, request_id: str) -> Status:
    """Return what the caller gets to see of an error."""
    if not isinstance(error, ServerError) or is_fault(error):
        message = f"internal error; request id {request_id}"
        return _status(grpc.StatusCode.INTERNAL, message, "INTERNAL", request_id, [])
    message = _shortened(str(error), MAX_MESSAGE)
    details = _details(error)
    return _status(grpc.StatusCode[error.status], message, error.reason, request_id, details)


def cancelled_status(request_id: str) -> Status:
    """Return the status of work that its caller cancelled."""
    return Status(code=int(grpc.StatusCode.CANCELLED.value[0]), message=f"cancelled: {request_id}")


def trailers(status: Status, request_id: str) -> Trailers:
    """Return the trailing metadata that carries a status."""
    return ((DETAILS_KEY, status.SerializeToString()), (REQUEST_ID_KEY, request_id))


def _status(
    code: grpc.StatusCode, message: str, reason: str, request_id: str, details: Sequence[Message]
) -> Status:
    status = Status(code=int(code.value[0]), message=message)
    info = error_details_pb2.ErrorInfo(
        reason=reason, domain=DOMAIN, metadata={"request_id": request_id}
    )
    for detail in (info, *details):
        status.details.add().Pack(detail)
    return status


def _details(error: ServerError) -> list[Message]:
    if isinstance(error, InvalidRequestError):
        return [_bad_request(error.violations)] if error.violations else []
    if isinstance(error, AlreadyExistsError | NotFoundError):
        name = _shortened(error.resource, 2 * MAX_TEXT)
        return [
            error_details_pb2.ResourceInfo(resource_type=error.resource_type, resource_name=name)
        ]
    if isinstance(error, OverloadedError):
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(max(1, round(error.retry_after_s * 1000)))
        return [retry]
    return []


def _bad_request(violations: Sequence[FieldViolation]) -> error_details_pb2.BadRequest:
    detail = error_details_pb2.BadRequest()
    for violation in violations[:MAX_VIOLATIONS]:
        detail.field_violations.add(
            field=_shortened(violation.field, MAX_TEXT),
            description=_shortened(violation.description, MAX_TEXT),
        )
    return detail


def _shortened(text: str, limit: int) -> str:
    """Return a text of at most `limit` bytes."""
    # A lone surrogate cannot be sent; it could come from a path or a foreign library.
    sendable = text.encode("utf-8", "replace")
    if len(sendable) <= limit:
        return sendable.decode()
    return sendable[: limit - len(_CUT)].decode("utf-8", "ignore") + _CUT.decode()
