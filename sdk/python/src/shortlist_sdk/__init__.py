"""The public contract of Shortlist."""

from .cache import ReplyCache
from .call_options import CallInfo, CallOptions
from .client import Client, ClientOptions
from .codes import Code
from .credentials import (
    ApiKey,
    Credentials,
    NoCredentials,
    Token,
    TokenCredentials,
    TokenProvider,
)
from .errors import (
    BatchTooLargeError,
    CredentialsExpiredError,
    CredentialsInvalidError,
    CredentialsMissingError,
    DeadlineExceededError,
    DeadlineTooShortError,
    DependencyUnavailableError,
    EtagMismatchError,
    EventFromFutureError,
    EventIdConflictError,
    EventTooOldError,
    InternalError,
    InvalidFilterError,
    InvalidPageTokenError,
    InvalidRequestError,
    ItemAlreadyExistsError,
    ItemNotFoundError,
    OperationNotFoundError,
    OverloadedError,
    PageTokenExpiredError,
    QuotaExhaustedError,
    RuleAlreadyExistsError,
    RuleNotFoundError,
    ScopeInsufficientError,
    ServingConfigAlreadyExistsError,
    ShortlistError,
    StorageFullError,
    SubjectMismatchError,
    UnknownAttributeError,
    UnknownServingConfigError,
    UserNotFoundError,
)
from .event_queue import EventQueue, QueueOptions
from .event_store import EventStore, FileStore, MemoryStore
from .impressions import ImpressionTracker
from .interceptors import CallContext, Interceptor
from .operations import OperationHandle
from .paging import Pager
from .retrying import RetryBudget
from .telemetry import AttemptEnd, CallEnd, CallStart, Telemetry
from .transport import Transport, TransportError
from .version import VERSION

__version__ = VERSION

__all__ = [
    "VERSION",
    "ApiKey",
    "AttemptEnd",
    "BatchTooLargeError",
    "CallContext",
    "CallEnd",
    "CallInfo",
    "CallOptions",
    "CallStart",
    "Client",
    "ClientOptions",
    "Code",
    "Credentials",
    "CredentialsExpiredError",
    "CredentialsInvalidError",
    "CredentialsMissingError",
    "DeadlineExceededError",
    "DeadlineTooShortError",
    "DependencyUnavailableError",
    "EtagMismatchError",
    "EventFromFutureError",
    "EventIdConflictError",
    "EventQueue",
    "EventStore",
    "EventTooOldError",
    "FileStore",
    "ImpressionTracker",
    "Interceptor",
    "InternalError",
    "InvalidFilterError",
    "InvalidPageTokenError",
    "InvalidRequestError",
    "ItemAlreadyExistsError",
    "ItemNotFoundError",
    "MemoryStore",
    "NoCredentials",
    "OperationHandle",
    "OperationNotFoundError",
    "OverloadedError",
    "PageTokenExpiredError",
    "Pager",
    "QueueOptions",
    "QuotaExhaustedError",
    "ReplyCache",
    "RetryBudget",
    "RuleAlreadyExistsError",
    "RuleNotFoundError",
    "ScopeInsufficientError",
    "ServingConfigAlreadyExistsError",
    "ShortlistError",
    "StorageFullError",
    "SubjectMismatchError",
    "Telemetry",
    "Token",
    "TokenCredentials",
    "TokenProvider",
    "Transport",
    "TransportError",
    "UnknownAttributeError",
    "UnknownServingConfigError",
    "UserNotFoundError",
]
