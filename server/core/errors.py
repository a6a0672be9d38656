"""Every error the server raises on purpose, with its reason and gRPC status.

* ServerError                        (reason, status)
  * InvalidRequestError              INVALID_REQUEST, INVALID_ARGUMENT: `violations` name the fields
    * InvalidFilterError             INVALID_FILTER
    * UnknownAttributeError          UNKNOWN_ATTRIBUTE
    * InvalidPageTokenError          INVALID_PAGE_TOKEN
    * BatchTooLargeError             BATCH_TOO_LARGE
    * EventTooOldError               EVENT_TOO_OLD
    * EventFromFutureError           EVENT_FROM_FUTURE
  * PageTokenExpiredError            PAGE_TOKEN_EXPIRED, FAILED_PRECONDITION
  * AlreadyExistsError               ALREADY_EXISTS: `resource` names what exists
    * EventIdConflictError           EVENT_ID_CONFLICT
    * ItemAlreadyExistsError         ITEM_ALREADY_EXISTS
    * ServingConfigAlreadyExistsError  SERVING_CONFIG_ALREADY_EXISTS
    * RuleAlreadyExistsError         RULE_ALREADY_EXISTS
  * NotFoundError                    NOT_FOUND: `resource` names what is missing
    * UnknownServingConfigError      UNKNOWN_SERVING_CONFIG
    * ItemNotFoundError              ITEM_NOT_FOUND
    * UserNotFoundError              USER_NOT_FOUND
    * OperationNotFoundError         OPERATION_NOT_FOUND
    * RuleNotFoundError              RULE_NOT_FOUND
  * EtagMismatchError                ETAG_MISMATCH, ABORTED: `resource` names what has changed
  * CredentialsError                 UNAUTHENTICATED
    * CredentialsMissingError        CREDENTIALS_MISSING
    * CredentialsInvalidError        CREDENTIALS_INVALID
    * CredentialsExpiredError        CREDENTIALS_EXPIRED
  * ForbiddenError                   PERMISSION_DENIED: `required_scope` would allow it
    * ScopeInsufficientError         SCOPE_INSUFFICIENT
    * SubjectMismatchError           SUBJECT_MISMATCH
  * ExhaustedError                   RESOURCE_EXHAUSTED
    * QuotaExhaustedError            QUOTA_EXHAUSTED: `caller` may retry after `retry_after_s`
    * OverloadedError                OVERLOADED: retry after `retry_after_s`
    * StorageFullError               STORAGE_FULL
  * UnavailableError                 DEPENDENCY_UNAVAILABLE, UNAVAILABLE: a retry may succeed
  * DeadlineTooShortError            DEADLINE_TOO_SHORT, DEADLINE_EXCEEDED
  * ArtifactError                    a model version or data file cannot be used (start-up, reload)

Anything else is a fault: the edge answers INTERNAL with the request id and logs the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field that is wrong: its path in the request, and why."""

    field: str
    description: str


class ServerError(Exception):
    """Base of the hierarchy; the message is safe to show to the caller."""

    reason: ClassVar[str] = "INTERNAL"
    status: ClassVar[str] = "INTERNAL"


class InvalidRequestError(ServerError):
    """The caller must change the request."""

    reason = "INVALID_REQUEST"
    status = "INVALID_ARGUMENT"

    def __init__(self, message: str, violations: Sequence[FieldViolation] = ()) -> None:
        super().__init__(message)
        self.violations = tuple(violations)

    @classmethod
    def of(cls, field: str, description: str) -> Self:
        return cls(f"{field}: {description}", [FieldViolation(field, description)])


class InvalidFilterError(InvalidRequestError):
    """The filter has a syntax or type error; the violation names the place."""

    reason = "INVALID_FILTER"


class UnknownAttributeError(InvalidRequestError):
    """An attribute is not declared, or may not be used so."""

    reason = "UNKNOWN_ATTRIBUTE"


class InvalidPageTokenError(InvalidRequestError):
    """The token is malformed, foreign, or belongs to another request."""

    reason = "INVALID_PAGE_TOKEN"


class BatchTooLargeError(InvalidRequestError):
    """More entries than a batch may have."""

    reason = "BATCH_TOO_LARGE"


class EventTooOldError(InvalidRequestError):
    """The event is older than the log accepts, or than its subject's erasure."""

    reason = "EVENT_TOO_OLD"


class EventFromFutureError(InvalidRequestError):
    """The event is further ahead than clocks may differ."""

    reason = "EVENT_FROM_FUTURE"


class PageTokenExpiredError(ServerError):
    """The feed has expired; the caller starts a new one."""

    reason = "PAGE_TOKEN_EXPIRED"
    status = "FAILED_PRECONDITION"


class _ResourceError(ServerError):
    resource_type: ClassVar[str] = ""
    # What is said of the resource, after its type and name.
    problem: ClassVar[str] = ""

    def __init__(self, resource: str, message: str = "") -> None:
        super().__init__(message or f"{self.resource_type} {resource!r} {self.problem}")
        self.resource = resource


class AlreadyExistsError(_ResourceError):
    """Something with this name exists."""

    status = "ALREADY_EXISTS"
    problem = "exists already"


class EventIdConflictError(AlreadyExistsError):
    """The event id was used with another payload."""

    reason = "EVENT_ID_CONFLICT"
    resource_type = "event"
    problem = "was written before with another content; a new event needs a new id"


class ItemAlreadyExistsError(AlreadyExistsError):
    """An item with this id exists."""

    reason = "ITEM_ALREADY_EXISTS"
    resource_type = "item"


class ServingConfigAlreadyExistsError(AlreadyExistsError):
    """A surface with this name exists."""

    reason = "SERVING_CONFIG_ALREADY_EXISTS"
    resource_type = "serving config"


class RuleAlreadyExistsError(AlreadyExistsError):
    """The surface has a rule with this name."""

    reason = "RULE_ALREADY_EXISTS"
    resource_type = "rule"


class NotFoundError(_ResourceError):
    """There is nothing with this name."""

    status = "NOT_FOUND"
    problem = "does not exist"


class UnknownServingConfigError(NotFoundError):
    """No such surface."""

    reason = "UNKNOWN_SERVING_CONFIG"
    resource_type = "serving config"


class ItemNotFoundError(NotFoundError):
    """No such item."""

    reason = "ITEM_NOT_FOUND"
    resource_type = "item"


class UserNotFoundError(NotFoundError):
    """No such user."""

    reason = "USER_NOT_FOUND"
    resource_type = "user"


class OperationNotFoundError(NotFoundError):
    """No such operation."""

    reason = "OPERATION_NOT_FOUND"
    resource_type = "operation"


class CredentialsError(ServerError):
    """Who calls is not known."""

    status = "UNAUTHENTICATED"


class CredentialsMissingError(CredentialsError):
    """No credentials were sent."""

    reason = "CREDENTIALS_MISSING"


class CredentialsInvalidError(CredentialsError):
    """The credentials are not valid here, or not any more."""

    reason = "CREDENTIALS_INVALID"


class CredentialsExpiredError(CredentialsError):
    """The credentials were valid; with fresh ones a retry succeeds."""

    reason = "CREDENTIALS_EXPIRED"


class ForbiddenError(ServerError):
    """The caller may not do this; one of `required_scope` may."""

    status = "PERMISSION_DENIED"

    def __init__(self, message: str, required_scope: str) -> None:
        super().__init__(message)
        self.required_scope = required_scope


class ScopeInsufficientError(ForbiddenError):
    """The caller's scope does not allow the method."""

    reason = "SCOPE_INSUFFICIENT"


class SubjectMismatchError(ForbiddenError):
    """The caller may act for its own subject only."""

    reason = "SUBJECT_MISMATCH"


class RuleNotFoundError(NotFoundError):
    """The surface has no such rule."""

    reason = "RULE_NOT_FOUND"
    resource_type = "rule"


class EtagMismatchError(_ResourceError):
    """It was changed since the caller read it; the caller reads it again."""

    reason = "ETAG_MISMATCH"
    status = "ABORTED"
    resource_type = "resource"
    problem = "has changed: read it again"


class ExhaustedError(ServerError):
    """Something has run out."""

    status = "RESOURCE_EXHAUSTED"


class QuotaExhaustedError(ExhaustedError):
    """The quota of `caller` is used up; retry after `retry_after_s` seconds."""

    reason = "QUOTA_EXHAUSTED"

    def __init__(self, message: str, retry_after_s: float, caller: str) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.caller = caller


class OverloadedError(ExhaustedError):
    """The server sheds load; retry after `retry_after_s` seconds."""

    reason = "OVERLOADED"

    def __init__(self, message: str, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StorageFullError(ExhaustedError):
    """The disk is full; nothing was written."""

    reason = "STORAGE_FULL"


class UnavailableError(ServerError):
    """A dependency did not answer; a retry may succeed."""

    reason = "DEPENDENCY_UNAVAILABLE"
    status = "UNAVAILABLE"


class DeadlineTooShortError(ServerError):
    """Too little time is left to answer."""

    reason = "DEADLINE_TOO_SHORT"
    status = "DEADLINE_EXCEEDED"


class ArtifactError(ServerError):
    """A model version or data file cannot be used; the message names file, key and remedy."""
