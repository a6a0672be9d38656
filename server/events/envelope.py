"""The event log's records: `UserEvent` to and from bytes of `EventEnvelope`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.user_event import EventItem, LoggedEvent, UserEvent
from server.gen.shortlist.internal.v1.event_envelope_pb2 import EventEnvelope
from server.gen.shortlist.v1 import event_pb2
from server.gen.shortlist.v1.request_context_pb2 import DeviceClass, RequestContext

SCHEMA_VERSION: Final = 1

_DEVICE_PREFIX: Final = "DEVICE_CLASS_"
_DEVICE_NUMBERS: Final = {
    name.removeprefix(_DEVICE_PREFIX).lower(): number
    for name, number in DeviceClass.items()
    if number
}
_DEVICE_NAMES: Final = {number: name for name, number in _DEVICE_NUMBERS.items()}
_PLAIN_FIELDS: Final = ("platform", "locale", "country")
_TYPES: Final = {int(each): each for each in EventType}


def encode(
    event: UserEvent,
    *,
    offset: int,
    received_ms: int,
    is_imported: bool = False,
    traceparent: str = "",
) -> bytes:
    """Return the record of an event; milliseconds are the finest time it keeps."""
    envelope = EventEnvelope(
        offset=offset,
        received_time=_timestamp(received_ms),
        schema_version=SCHEMA_VERSION,
        traceparent=traceparent,
        imported=is_imported,
        slate_request_id=event.slate_request_id,
        slate_serving_config=event.slate_serving_config,
    )
    message = envelope.event
    message.event_id = event.event_id
    message.type = int(event.type)  # type: ignore[assignment]  # an open enum in proto3
    if event.subject.is_visitor:
        message.visitor_id = event.subject.id
    else:
        message.user_id = event.subject.id
    message.event_time.CopyFrom(_timestamp(event.time_ms))
    message.session_id = event.session_id
    message.attribution_token = event.attribution_token
    for item in event.items:
        message.items.append(_item_message(item))
    if event.context:
        message.context.CopyFrom(_context_message(event.context))
    return envelope.SerializeToString()


def decode(payload: bytes) -> LoggedEvent:
    """Return the event of a record.

    Raises:
        DecodeError (protobuf), KeyError: the bytes are not a record, or one of a newer server.
    """
    envelope = EventEnvelope.FromString(payload)
    message = envelope.event
    is_visitor = bool(message.visitor_id)
    event = UserEvent(
        event_id=message.event_id,
        type=_TYPES[message.type],
        subject=Subject(message.visitor_id if is_visitor else message.user_id, is_visitor),
        items=tuple([_item(each) for each in message.items]),
        time_ms=_milliseconds(message.event_time),
        session_id=message.session_id,
        attribution_token=message.attribution_token,
        slate_request_id=envelope.slate_request_id,
        slate_serving_config=envelope.slate_serving_config,
        context=_context(message.context) if message.HasField("context") else {},
    )
    return LoggedEvent(
        offset=envelope.offset,
        received_ms=_milliseconds(envelope.received_time),
        event=event,
        is_imported=envelope.imported,
    )


def _timestamp(time_ms: int) -> Timestamp:
    seconds, milliseconds = divmod(time_ms, 1000)
    return Timestamp(seconds=seconds, nanos=milliseconds * 1_000_000)


def _milliseconds(timestamp: Timestamp) -> int:
    return timestamp.seconds * 1000 + timestamp.nanos // 1_000_000


def _item_message(item: EventItem) -> event_pb2.EventItem:
    message = event_pb2.EventItem(
        item_id=item.item_id,
        quantity=item.quantity,
        price=item.price,
        rating=item.rating,
        position=item.position,
    )
    if item.dwell_ms is not None:
        seconds, milliseconds = divmod(item.dwell_ms, 1000)
        message.dwell.CopyFrom(Duration(seconds=seconds, nanos=milliseconds * 1_000_000))
    return message


def _item(message: event_pb2.EventItem) -> EventItem:
    has = message.HasField
    dwell = message.dwell if has("dwell") else None
    return EventItem(
        item_id=message.item_id,
        quantity=message.quantity if has("quantity") else None,
        price=message.price if has("price") else None,
        dwell_ms=None if dwell is None else dwell.seconds * 1000 + dwell.nanos // 1_000_000,
        rating=message.rating if has("rating") else None,
        position=message.position if has("position") else None,
    )


def _context_message(context: Mapping[str, str]) -> RequestContext:
    message = RequestContext()
    for name, value in context.items():
        if name in _PLAIN_FIELDS:
            setattr(message, name, value)
        elif name == "device_class" and value in _DEVICE_NUMBERS:
            message.device_class = _DEVICE_NUMBERS[value]
        else:
            # An import may hold device classes of its own.
            message.surface_attributes[name] = value
    return message


def _context(message: RequestContext) -> dict[str, str]:
    context = dict(message.surface_attributes)
    if message.device_class:
        context["device_class"] = _DEVICE_NAMES.get(message.device_class, "other")
    for name in _PLAIN_FIELDS:
        if value := getattr(message, name):
            context[name] = value
    return context
