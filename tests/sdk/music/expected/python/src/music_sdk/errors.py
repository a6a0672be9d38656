"""Errors of music: one type for each reason of the contract.

MusicError is the base of all. A reason that this version does not know is a plain
MusicError with the reason's text.
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
    error: type[MusicError]
    retry: Retry


class MusicError(Exception):
    """A call failed.

    Attributes:
        code: the canonical code.
        reason: the contract's reason, such as `ALBUM_NOT_FOUND`; empty if the server gave none.
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


class DeadlineExceededError(MusicError):
    """The call's total time is up."""


class AlbumNotFoundError(MusicError):
    """NOT_FOUND: no such album."""


class OutOfTuneError(MusicError):
    """UNAVAILABLE: between two stations."""


class SoldOutError(MusicError):
    """RESOURCE_EXHAUSTED: too many listeners; RetryInfo says when to come back."""


class TicketExpiredError(MusicError):
    """UNAUTHENTICATED: the ticket is from yesterday."""


_REASONS: dict[str, _Reason] = {
    "ALBUM_NOT_FOUND": _Reason(AlbumNotFoundError, Retry.NEVER),
    "OUT_OF_TUNE": _Reason(OutOfTuneError, Retry.IF_IDEMPOTENT),
    "SOLD_OUT": _Reason(SoldOutError, Retry.AFTER_DELAY),
    "TICKET_EXPIRED": _Reason(TicketExpiredError, Retry.AFTER_REFRESH),
}


def failure_of(error: TransportError, parsed: ParsedStatus) -> Failure:
    """Return what an attempt's error says of repeating it."""
    known = _REASONS.get(parsed.reason)
    retry = known.retry if known else Retry.NEVER
    return Failure(error.code, retry, _retry_delay(error.metadata, parsed))


def error_of(error: TransportError, sent_request_id: str) -> MusicError:
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
) -> MusicError:
    """Return the error of a google.rpc.Status; code and message are the status's if left out."""
    code = parsed.code if code is None else code
    known = _REASONS.get(parsed.reason)
    kind = known.error if known else MusicError
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
