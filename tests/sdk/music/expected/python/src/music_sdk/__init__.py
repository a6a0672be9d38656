"""A music library, made to meet everything a contract may hold."""

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
    AlbumNotFoundError,
    DeadlineExceededError,
    MusicError,
    OutOfTuneError,
    SoldOutError,
    TicketExpiredError,
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
    "AlbumNotFoundError",
    "ApiKey",
    "AttemptEnd",
    "CallContext",
    "CallEnd",
    "CallInfo",
    "CallOptions",
    "CallStart",
    "Client",
    "ClientOptions",
    "Code",
    "Credentials",
    "DeadlineExceededError",
    "EventQueue",
    "EventStore",
    "FileStore",
    "ImpressionTracker",
    "Interceptor",
    "MemoryStore",
    "MusicError",
    "NoCredentials",
    "OperationHandle",
    "OutOfTuneError",
    "Pager",
    "QueueOptions",
    "ReplyCache",
    "RetryBudget",
    "SoldOutError",
    "Telemetry",
    "TicketExpiredError",
    "Token",
    "TokenCredentials",
    "TokenProvider",
    "Transport",
    "TransportError",
]
