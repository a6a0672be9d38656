"""The one place that turns errors into `google.rpc.Status`.

| error | details beside ErrorInfo |
|---|---|
| InvalidRequestError and its kinds | BadRequest, if fields are named |
| AlreadyExistsError, NotFoundError, EtagMismatchError | ResourceInfo |
| OverloadedError | RetryInfo |
| QuotaExhaustedError | QuotaFailure, RetryInfo |
| ForbiddenError and its kinds | none; ErrorInfo names the `required_scope` |
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
    EtagMismatchError,
    FieldViolation,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    QuotaExhaustedError,
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
        return _status(grpc.StatusCode.INTERNAL, message, _info("INTERNAL", request_id), [])
    message = _shortened(str(error), MAX_MESSAGE)
    info = _info(error.reason, request_id)
    if isinstance(error, ForbiddenError):
        info.metadata["required_scope"] = error.required_scope
    return _status(grpc.StatusCode[error.status], message, info, _details(error))


def cancelled_status(request_id: str) -> Status:
    """Return the status of work that its caller cancelled."""
    return Status(code=int(grpc.StatusCode.CANCELLED.value[0]), message=f"cancelled: {request_id}")


def trailers(status: Status, request_id: str) -> Trailers:
    """Return the trailing metadata that carries a status."""
    return ((DETAILS_KEY, status.SerializeToString()), (REQUEST_ID_KEY, request_id))


def _info(reason: str, request_id: str) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(
        reason=reason, domain=DOMAIN, metadata={"request_id": request_id}
    )


def _status(
    code: grpc.StatusCode,
    message: str,
    info: error_details_pb2.ErrorInfo,
    details: Sequence[Message],
) -> Status:
    status = Status(code=int(code.value[0]), message=message)
    for detail in (info, *details):
        status.details.add().Pack(detail)
    return status


def _details(error: ServerError) -> list[Message]:
    if isinstance(error, InvalidRequestError):
        return [_bad_request(error.violations)] if error.violations else []
    if isinstance(error, AlreadyExistsError | NotFoundError | EtagMismatchError):
        name = _shortened(error.resource, 2 * MAX_TEXT)
        return [
            error_details_pb2.ResourceInfo(resource_type=error.resource_type, resource_name=name)
        ]
    if isinstance(error, QuotaExhaustedError):
        quota = error_details_pb2.QuotaFailure()
        quota.violations.add(
            subject=_shortened(error.caller, MAX_TEXT), description=_shortened(str(error), MAX_TEXT)
        )
        return [quota, _retry(error.retry_after_s)]
    if isinstance(error, OverloadedError):
        return [_retry(error.retry_after_s)]
    return []


def _retry(after_s: float) -> error_details_pb2.RetryInfo:
    retry = error_details_pb2.RetryInfo()
    retry.retry_delay.FromMilliseconds(max(1, round(after_s * 1000)))
    return retry


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
