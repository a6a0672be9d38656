"""Events on their way in, and what became of them on the way out."""

from __future__ import annotations

import hashlib

from server.core.errors import InvalidRequestError, ServerError
from server.core.event_type import EventType
from server.events.age_limits import check_age, corrected_time_ms
from server.events.ports import AppendOutcome
from server.events.user_event import EventItem, NewEvent, UserEvent
from server.gateway.attribution import Attribution
from server.gateway.call import Call
from server.gateway.error_status import status_of
from server.gateway.translation.contexts import context_values, subject_of
from server.gen.shortlist.v1 import event_pb2, event_service_pb2


def event_to_core(
    message: event_pb2.Event,
    call: Call,
    attribution: Attribution,
    *,
    sent_ms: int | None,
    path: str,
) -> NewEvent:
    """Return a checked event; `sent_ms` is the client's clock when it sent the request.

    Raises:
        InvalidRequestError: a rating without its value, or an attribution token that cannot be
            read.
        EventTooOldError, EventFromFutureError.
    """
    subject = subject_of(message)
    if subject is None:
        raise InvalidRequestError.of(f"{path}subject", "is required")
    if message.type == event_pb2.EVENT_TYPE_RATE:
        _require_ratings(message, path)
    place = f"{path}attribution_token"
    slate = attribution.slate_of(message.attribution_token, subject, place)
    event = UserEvent(
        event_id=message.event_id,
        type=EventType(message.type),
        subject=subject,
        items=tuple(map(_item_to_core, message.items)),
        time_ms=_time_ms(message, call.received_ms, sent_ms),
        session_id=message.session_id,
        # Of somebody else's slate nothing is kept.
        attribution_token=message.attribution_token if slate.request_id else "",
        slate_request_id=slate.request_id,
        slate_serving_config=slate.serving_config,
        context=context_values(message.context) if message.HasField("context") else {},
    )
    digest = hashlib.sha256(message.SerializeToString(deterministic=True)).digest()
    return NewEvent(event=event, digest=digest, traceparent=call.traceparent)


def _time_ms(message: event_pb2.Event, received_ms: int, sent_ms: int | None) -> int:
    if not message.HasField("event_time"):
        return received_ms
    time_ms = corrected_time_ms(message.event_time.ToMilliseconds(), sent_ms, received_ms)
    check_age(time_ms, received_ms, is_imported=False)
    return time_ms


def _require_ratings(message: event_pb2.Event, path: str) -> None:
    for index, item in enumerate(message.items):
        if not item.HasField("rating"):
            raise InvalidRequestError.of(f"{path}items[{index}].rating", "is required for RATE")


def _item_to_core(item: event_pb2.EventItem) -> EventItem:
    return EventItem(
        item_id=item.item_id,
        quantity=item.quantity if item.HasField("quantity") else None,
        price=item.price if item.HasField("price") else None,
        dwell_ms=item.dwell.ToMilliseconds() if item.HasField("dwell") else None,
        rating=item.rating if item.HasField("rating") else None,
        position=item.position if item.HasField("position") else None,
    )


def result_message(
    event_id: str, outcome: AppendOutcome, request_id: str
) -> event_service_pb2.WriteEventResult:
    """Return what a batch or a stream answers for one event."""
    if isinstance(outcome, ServerError):
        error = status_of(outcome, request_id)
        return event_service_pb2.WriteEventResult(event_id=event_id, error=error)
    accepted = event_service_pb2.WriteEventResponse(
        duplicate=outcome.is_duplicate, offset=outcome.offset
    )
    return event_service_pb2.WriteEventResult(event_id=event_id, accepted=accepted)
