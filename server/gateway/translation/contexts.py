"""Where something happens, as raw values by name."""

from __future__ import annotations

from server.core.subject import Subject
from server.gen.shortlist.v1 import event_pb2, recommendation_service_pb2, request_context_pb2

_DEVICE_CLASSES = {
    number: name.removeprefix("DEVICE_CLASS_").lower()
    for name, number in request_context_pb2.DeviceClass.items()
    if number
}


def context_values(context: request_context_pb2.RequestContext) -> dict[str, str]:
    """Return what is known: surface attributes, and over them the typed fields that are set.

    A device class that this server doesn't know counts as `other`.
    """
    values = dict(context.surface_attributes)
    if context.device_class:
        values["device_class"] = _DEVICE_CLASSES.get(context.device_class, "other")
    for name in ("platform", "locale", "country"):
        if value := getattr(context, name):
            values[name] = value
    return values


def subject_of(
    message: (
        event_pb2.Event
        | recommendation_service_pb2.RecommendRequest
        | recommendation_service_pb2.RankItemsRequest
        | recommendation_service_pb2.ComposePageRequest
    ),
) -> Subject | None:
    """Return whom a message is about; None for an anonymous one."""
    match message.WhichOneof("subject"):
        case "user_id":
            return Subject(message.user_id)
        case "visitor_id":
            return Subject(message.visitor_id, is_visitor=True)
        case _:
            return None
