"""The client: one connection, and an attribute for each service."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import betterproto2

from shortlist_sdk import v1

from ._messages.google import longrunning
from .cache import ReplyCache
from .caller import Caller
from .clock import Clock
from .credentials import Credentials
from .errors import ShortlistError
from .event_queue import EventFields, EventQueue, QueueOptions
from .event_store import EventStore, FileStore
from .grpc_transport import GrpcTransport
from .impressions import ImpressionTracker
from .interceptors import Interceptor
from .method import SlateFields
from .operations import OperationHandle
from .retrying import RetryBudget
from .services import catalog, events, explanations, recommendations, rules, serving_configs, users
from .telemetry import Telemetry
from .transport import Transport
from .version import client_description

ResponseT = TypeVar("ResponseT", bound=betterproto2.Message)
MetadataT = TypeVar("MetadataT", bound=betterproto2.Message)

_EVENTS = EventFields(
    method=events.BATCH_WRITE_EVENTS,
    event_type=v1.Event,
    events="events",
    event_id="event_id",
    event_time="event_time",
    sent_time="sent_time",
    results="results",
    error="error",
    max_events=500,
)
# Shelves of a page and the like have the fields of some slate without being a reply.
_SLATES: tuple[tuple[type[betterproto2.Message], SlateFields | None], ...] = (
    (v1.RecommendResponse, recommendations.RECOMMEND.slate),
    (v1.RecommendSimilarResponse, recommendations.RECOMMEND_SIMILAR.slate),
    (v1.ListTrendingResponse, recommendations.LIST_TRENDING.slate),
    (v1.RankItemsResponse, recommendations.RANK_ITEMS.slate),
)


@dataclass(frozen=True)
class ClientOptions:
    """Options of a client.

    Attributes:
        interceptors: around each call, the first outermost.
        telemetry: hears of each call.
        cache: keeps replies of methods that allow it; None: none are kept.
        metadata: headers of every call.
        root_certificates: PEM; None: the system's.
        retry_budget: bounds retries of all calls together.
        channel_options: of grpcio.
        clock: where time comes from.
    """

    interceptors: Sequence[Interceptor] = ()
    telemetry: Telemetry | None = None
    cache: ReplyCache | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    root_certificates: bytes | None = None
    retry_budget: RetryBudget | None = None
    channel_options: Sequence[tuple[str, object]] = ()
    clock: Clock | None = None


class Client:
    """A client of shortlist; use it as an async context manager, or `close` it.

    Example:
        async with Client("https://shortlist.example.com", ApiKey("...")) as client:
            ...
    """

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials | None = None,
        *,
        options: ClientOptions | None = None,
        transport: Transport | None = None,
    ) -> None:
        """Connect when the first call is made.

        Args:
            endpoint: `https://host[:port]`; `http://` is not encrypted.
            transport: instead of a gRPC channel to the endpoint, as in tests.
        """
        options = options or ClientOptions()
        self._caller = Caller(
            transport
            or GrpcTransport(
                endpoint,
                user_agent=client_description(),
                root_certificates=options.root_certificates,
                options=options.channel_options,
            ),
            credentials=credentials,
            interceptors=tuple(options.interceptors),
            telemetry=options.telemetry,
            cache=options.cache,
            metadata=options.metadata,
            budget=options.retry_budget,
            clock=options.clock,
        )
        self.catalog = catalog.CatalogService(self._caller)
        self.events = events.EventService(self._caller)
        self.recommendations = recommendations.RecommendationService(self._caller)
        self.users = users.UserService(self._caller)
        self.explanations = explanations.ExplanationService(self._caller)
        self.rules = rules.RuleService(self._caller)
        self.serving_configs = serving_configs.ServingConfigService(self._caller)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Release the connection."""
        await self._caller.close()

    def event_queue(
        self,
        *,
        folder: str | Path | None = None,
        store: EventStore | None = None,
        options: QueueOptions | None = None,
        on_rejected: Callable[[v1.Event, ShortlistError], None] | None = None,
        on_dropped: Callable[[v1.Event], None] | None = None,
    ) -> EventQueue[v1.Event]:
        """Return a queue that sends events in batches.

        Args:
            folder: where events wait, across restarts; None: in memory, unless `store` is given.
            on_rejected: hears of events that the server refused.
            on_dropped: hears of events that a full store had no place for.
        """
        if store is None and folder is not None:
            store = FileStore(folder)
        return EventQueue(
            self._caller,
            _EVENTS,
            store=store,
            options=options,
            on_rejected=on_rejected,
            on_dropped=on_dropped,
        )

    def impressions(
        self,
        queue: EventQueue[v1.Event],
        slate: betterproto2.Message,
        *,
        user_id: str | None = None,
        visitor_id: str | None = None,
    ) -> ImpressionTracker:
        """Return a tracker of the items of a slate that was received.

        Raises:
            TypeError: the message is no slate.
        """
        return ImpressionTracker(
            queue, slate, _slate_fields(slate), user_id=user_id, visitor_id=visitor_id
        )

    async def wait(
        self, operation: OperationHandle[ResponseT, Any], timeout_s: float | None = None
    ) -> ResponseT:
        """Return the result of a long-running operation when it has ended; see its `wait`."""
        return await operation.wait(timeout_s)

    def operation(
        self, name: str, response_type: type[ResponseT], metadata_type: type[MetadataT]
    ) -> OperationHandle[ResponseT, MetadataT]:
        """Return a handle on an operation that another process started."""
        return OperationHandle(
            self._caller, longrunning.Operation(name=name), response_type, metadata_type
        )


def _slate_fields(slate: betterproto2.Message) -> SlateFields:
    for kind, fields in _SLATES:
        if fields and isinstance(slate, kind):
            return fields
    for _, fields in _SLATES:
        if fields and hasattr(slate, fields.items) and hasattr(slate, fields.attribution_token):
            return fields
    raise TypeError(f"{type(slate).__name__} is no slate")
