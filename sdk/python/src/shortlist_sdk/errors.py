"""Errors of shortlist: one type for each reason of the contract.

ShortlistError is the base of all. A reason that this version does not know is a plain
ShortlistError with the reason's text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import betterproto2

from .codes import Code
from .retrying import Failure, Retry
from .status import FieldViolation, ParsedStatus, parse_status
from .transport import TransportError


@dataclass(frozen=True)
class _Reason:
    error: type[ShortlistError]
    retry: Retry


class ShortlistError(Exception):
    """A call failed.

    Attributes:
        code: the canonical code.
        reason: the contract's reason, such as `INVALID_REQUEST`; empty if the server gave none.
        message: for developers; not for end users, and not to be parsed.
        details: decoded messages of google.rpc, in the server's order.
        field_violations: which fields of the request are wrong.
        metadata: of the reason.
        request_id: to quote to the server's operators.
        retry_delay_s: how long the server asks to wait; None: it does not say.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: Code = Code.UNKNOWN,
        reason: str = "",
        details: tuple[betterproto2.Message, ...] = (),
        field_violations: tuple[FieldViolation, ...] = (),
        metadata: Mapping[str, str] | None = None,
        request_id: str = "",
        retry_delay_s: float | None = None,
        is_retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.details = details
        self.field_violations = field_violations
        self.metadata = dict(metadata or {})
        self.request_id = request_id
        self.retry_delay_s = retry_delay_s
        self.is_retryable = is_retryable

    def __str__(self) -> str:
        name = self.reason or self.code.name
        told = f"{name}: {self.message}" if self.message else name
        return f"{told} (request {self.request_id})" if self.request_id else told


class DeadlineExceededError(ShortlistError):
    """The call's total time is up."""


class InvalidRequestError(ShortlistError):
    """INVALID_ARGUMENT: a field is out of range; BadRequest names it."""


class InvalidFilterError(ShortlistError):
    """INVALID_ARGUMENT: the filter has a syntax or type error; BadRequest names the place."""


class UnknownAttributeError(ShortlistError):
    """INVALID_ARGUMENT: an attribute is not declared, or not filterable."""


class InvalidPageTokenError(ShortlistError):
    """INVALID_ARGUMENT: the page token is malformed, foreign, or belongs to another request."""


class BatchTooLargeError(ShortlistError):
    """INVALID_ARGUMENT: more entries than a batch may have."""


class EventTooOldError(ShortlistError):
    """INVALID_ARGUMENT: the event is more than 30 days old, or older than its subject's
    erasure.
    """


class EventFromFutureError(ShortlistError):
    """INVALID_ARGUMENT: the event is more than 5 minutes ahead."""


class PageTokenExpiredError(ShortlistError):
    """FAILED_PRECONDITION: the feed has expired; start a new one."""


class EventIdConflictError(ShortlistError):
    """ALREADY_EXISTS: the event id was used with another payload."""


class ItemAlreadyExistsError(ShortlistError):
    """ALREADY_EXISTS: an item with this id exists."""


class UnknownServingConfigError(ShortlistError):
    """NOT_FOUND: no such surface."""


class ItemNotFoundError(ShortlistError):
    """NOT_FOUND: no such item."""


class UserNotFoundError(ShortlistError):
    """NOT_FOUND: no such user."""


class OperationNotFoundError(ShortlistError):
    """NOT_FOUND: no such operation."""


class CredentialsMissingError(ShortlistError):
    """UNAUTHENTICATED: no credentials were sent."""


class CredentialsInvalidError(ShortlistError):
    """UNAUTHENTICATED: the credentials are not valid here."""


class CredentialsExpiredError(ShortlistError):
    """UNAUTHENTICATED: the credentials have expired; refresh once and retry."""


class ScopeInsufficientError(ShortlistError):
    """PERMISSION_DENIED: the caller's scope does not allow the method."""


class SubjectMismatchError(ShortlistError):
    """PERMISSION_DENIED: the caller may act for its own subject only."""


class QuotaExhaustedError(ShortlistError):
    """RESOURCE_EXHAUSTED: the caller's quota is used up; RetryInfo says when to retry."""


class OverloadedError(ShortlistError):
    """RESOURCE_EXHAUSTED: the server sheds load; RetryInfo says when to retry."""


class StorageFullError(ShortlistError):
    """RESOURCE_EXHAUSTED: the server's disk is full."""


class DependencyUnavailableError(ShortlistError):
    """UNAVAILABLE: a dependency did not answer."""


class DeadlineTooShortError(DeadlineExceededError):
    """DEADLINE_EXCEEDED: too little time was left to answer."""


class InternalError(ShortlistError):
    """INTERNAL: a fault of the server; quote the request id."""


class ServingConfigAlreadyExistsError(ShortlistError):
    """ALREADY_EXISTS: a surface with this name exists."""


class RuleNotFoundError(ShortlistError):
    """NOT_FOUND: the surface has no such rule."""


class RuleAlreadyExistsError(ShortlistError):
    """ALREADY_EXISTS: the surface has a rule with this name."""


class EtagMismatchError(ShortlistError):
    """ABORTED: it was changed since it was read; read it again."""


_REASONS: dict[str, _Reason] = {
    "INVALID_REQUEST": _Reason(InvalidRequestError, Retry.NEVER),
    "INVALID_FILTER": _Reason(InvalidFilterError, Retry.NEVER),
    "UNKNOWN_ATTRIBUTE": _Reason(UnknownAttributeError, Retry.NEVER),
    "INVALID_PAGE_TOKEN": _Reason(InvalidPageTokenError, Retry.NEVER),
    "BATCH_TOO_LARGE": _Reason(BatchTooLargeError, Retry.NEVER),
    "EVENT_TOO_OLD": _Reason(EventTooOldError, Retry.NEVER),
    "EVENT_FROM_FUTURE": _Reason(EventFromFutureError, Retry.NEVER),
    "PAGE_TOKEN_EXPIRED": _Reason(PageTokenExpiredError, Retry.NEVER),
    "EVENT_ID_CONFLICT": _Reason(EventIdConflictError, Retry.NEVER),
    "ITEM_ALREADY_EXISTS": _Reason(ItemAlreadyExistsError, Retry.NEVER),
    "UNKNOWN_SERVING_CONFIG": _Reason(UnknownServingConfigError, Retry.NEVER),
    "ITEM_NOT_FOUND": _Reason(ItemNotFoundError, Retry.NEVER),
    "USER_NOT_FOUND": _Reason(UserNotFoundError, Retry.NEVER),
    "OPERATION_NOT_FOUND": _Reason(OperationNotFoundError, Retry.NEVER),
    "CREDENTIALS_MISSING": _Reason(CredentialsMissingError, Retry.NEVER),
    "CREDENTIALS_INVALID": _Reason(CredentialsInvalidError, Retry.NEVER),
    "CREDENTIALS_EXPIRED": _Reason(CredentialsExpiredError, Retry.AFTER_REFRESH),
    "SCOPE_INSUFFICIENT": _Reason(ScopeInsufficientError, Retry.NEVER),
    "SUBJECT_MISMATCH": _Reason(SubjectMismatchError, Retry.NEVER),
    "QUOTA_EXHAUSTED": _Reason(QuotaExhaustedError, Retry.AFTER_DELAY),
    "OVERLOADED": _Reason(OverloadedError, Retry.AFTER_DELAY),
    "STORAGE_FULL": _Reason(StorageFullError, Retry.NEVER),
    "DEPENDENCY_UNAVAILABLE": _Reason(DependencyUnavailableError, Retry.IF_IDEMPOTENT),
    "DEADLINE_TOO_SHORT": _Reason(DeadlineTooShortError, Retry.NEVER),
    "INTERNAL": _Reason(InternalError, Retry.NEVER),
    "SERVING_CONFIG_ALREADY_EXISTS": _Reason(ServingConfigAlreadyExistsError, Retry.NEVER),
    "RULE_NOT_FOUND": _Reason(RuleNotFoundError, Retry.NEVER),
    "RULE_ALREADY_EXISTS": _Reason(RuleAlreadyExistsError, Retry.NEVER),
    "ETAG_MISMATCH": _Reason(EtagMismatchError, Retry.NEVER),
}


def failure_of(error: TransportError, parsed: ParsedStatus) -> Failure:
    """Return what an attempt's error says of repeating it."""
    known = _REASONS.get(parsed.reason)
    retry = known.retry if known else Retry.NEVER
    return Failure(error.code, retry, _retry_delay(error.metadata, parsed))


def error_of(error: TransportError, sent_request_id: str) -> ShortlistError:
    """Return the typed error of a failed call."""
    parsed = parse_status(error.status)
    request_id = error.metadata.get("x-request-id") or parsed.request_id or sent_request_id
    return typed_error(
        parsed,
        code=error.code,
        message=error.message,
        request_id=request_id,
        retry_delay_s=_retry_delay(error.metadata, parsed),
    )


def typed_error(
    parsed: ParsedStatus,
    *,
    code: Code | None = None,
    message: str = "",
    request_id: str = "",
    retry_delay_s: float | None = None,
) -> ShortlistError:
    """Return the error of a google.rpc.Status; code and message are the status's if left out."""
    code = parsed.code if code is None else code
    known = _REASONS.get(parsed.reason)
    kind = known.error if known else ShortlistError
    if known is None and code is Code.DEADLINE_EXCEEDED:
        kind = DeadlineExceededError
    repeats = known is not None and known.retry in (Retry.IF_IDEMPOTENT, Retry.AFTER_DELAY)
    return kind(
        parsed.message or message,
        code=code,
        reason=parsed.reason,
        details=parsed.details,
        field_violations=parsed.field_violations,
        metadata=parsed.metadata,
        request_id=request_id or parsed.request_id,
        retry_delay_s=parsed.retry_delay_s if retry_delay_s is None else retry_delay_s,
        is_retryable=repeats or code in (Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED),
    )


def _retry_delay(metadata: Mapping[str, str], parsed: ParsedStatus) -> float | None:
    if parsed.retry_delay_s is not None:
        return parsed.retry_delay_s
    # What a proxy says instead; dates, which it may be too, are left alone.
    after = metadata.get("retry-after", "")
    return float(after) if after.isascii() and after.isdigit() else None
