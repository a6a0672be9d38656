"""A small client of the contract, for the commands that show and measure a running server."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from server.core.errors import OverloadedError, UnavailableError
from server.core.event_type import EventType
from server.core.subject import Subject
from server.gateway.auth.caller import API_KEY
from server.gen.shortlist.v1 import event_pb2, event_service_pb2, recommendation_pb2
from server.gen.shortlist.v1.event_service_pb2_grpc import EventServiceStub
from server.gen.shortlist.v1.recommendation_service_pb2 import RecommendRequest
from server.gen.shortlist.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

Reply = TypeVar("Reply")

_TIMEOUT_S = 30.0
_ATTEMPTS = 50
_LONGEST_DELAY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReason:
    """A reason by its name (`engaged_together`) and its parameters."""

    code: str
    item_ids: tuple[str, ...] = ()
    attribute: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownItem:
    """One item of a reply; the title is empty where it was not asked for."""

    item_id: str
    title: str
    score: float
    position: int
    reasons: tuple[ShownReason, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPage:
    """One reply; degradations as `kind component`."""

    items: tuple[ShownItem, ...]
    request_id: str
    attribution_token: str
    degradations: tuple[str, ...]


class Client:
    """Calls a server over gRPC; an async context manager."""

    def __init__(self, target: str, *, api_key: str = "") -> None:
        """`api_key`: of partner scope, for servers that ask for one."""
        self._metadata = ((API_KEY, api_key),) if api_key else ()
        self._channel = grpc.aio.insecure_channel(target)
        self._recommendations = RecommendationServiceStub(self._channel)
        self._events = EventServiceStub(self._channel)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._channel.close()

    async def wait_until_ready(self, timeout_s: float) -> None:
        """Wait until the server takes connections.

        Raises:
            TimeoutError: it does not within `timeout_s`.
        """
        async with asyncio.timeout(timeout_s):
            await self._channel.channel_ready()

    async def recommend(
        self,
        subject: Subject | None,
        *,
        serving_config: str = "home",
        page_size: int = 20,
        details: bool = True,
    ) -> ShownPage:
        """Return one page; with `details` come titles and reasons.

        Raises:
            OverloadedError, UnavailableError.
        """
        request = RecommendRequest(
            serving_config=serving_config, page_size=page_size, include_reasons=details
        )
        if subject is not None and subject.is_visitor:
            request.visitor_id = subject.id
        elif subject is not None:
            request.user_id = subject.id
        if details:
            request.read_mask.CopyFrom(FieldMask(paths=["title"]))
        reply = await _patiently(
            lambda: self._recommendations.Recommend(
                request, timeout=_TIMEOUT_S, metadata=self._metadata
            )
        )
        return ShownPage(
            items=tuple(map(_item, reply.recommendations)),
            request_id=reply.request_id,
            attribution_token=reply.attribution_token,
            degradations=tuple(
                f"{recommendation_pb2.DegradationKind.Name(each.kind)} {each.component}"
                for each in reply.degradations
            ),
        )

    async def write_event(
        self,
        subject: Subject,
        event_type: EventType,
        item_ids: Sequence[str],
        *,
        attribution_token: str = "",
        rating: float | None = None,
    ) -> None:
        """Write one event; when this returns, it is durable and counts.

        Raises:
            OverloadedError, UnavailableError.
        """
        event = event_pb2.Event(
            event_id=uuid.uuid4().hex,
            type=event_pb2.EventType.ValueType(event_type),
            items=[event_pb2.EventItem(item_id=item_id, rating=rating) for item_id in item_ids],
            attribution_token=attribution_token,
        )
        if subject.is_visitor:
            event.visitor_id = subject.id
        else:
            event.user_id = subject.id
        request = event_service_pb2.WriteEventRequest(event=event)
        # The event keeps its id, so that a second attempt is harmless.
        await _patiently(
            lambda: self._events.WriteEvent(request, timeout=_TIMEOUT_S, metadata=self._metadata)
        )


async def _patiently(call: Callable[[], Awaitable[Reply]]) -> Reply:
    """Make a call; where the server sheds load, wait as it asks, and try again.

    Raises:
        OverloadedError: it still sheds load after many attempts.
        UnavailableError: any other failure; the message says which.
    """
    for _ in range(_ATTEMPTS):
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            delay_s = _retry_delay_s(error)
            if delay_s is None:
                raise UnavailableError(f"{error.code().name}: {error.details()}") from error
            await asyncio.sleep(delay_s)
    raise OverloadedError(f"the server shed load {_ATTEMPTS} times", _LONGEST_DELAY_S)


def _retry_delay_s(error: grpc.aio.AioRpcError) -> float | None:
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    info = error_details_pb2.RetryInfo()
    for detail in status.details if status else ():
        if detail.Unpack(info):
            return min(float(info.retry_delay.ToTimedelta().total_seconds()), _LONGEST_DELAY_S)
    return None


def _item(message: recommendation_pb2.Recommendation) -> ShownItem:
    return ShownItem(
        item_id=message.item_id,
        title=message.item.title,
        score=message.score,
        position=message.position,
        reasons=tuple(map(_reason, message.reasons)),
        sources=tuple(message.sources),
    )


def _reason(message: recommendation_pb2.Reason) -> ShownReason:
    name = recommendation_pb2.ReasonCode.Name(message.code)
    return ShownReason(
        code=name.removeprefix("REASON_CODE_").lower(),
        item_ids=tuple(message.item_ids),
        attribute=message.attribute,
        value=message.value,
    )
