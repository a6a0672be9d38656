"""Finds how events say that items were shown; `api_model.Impressions` has the convention."""

from __future__ import annotations

from sdk.generator.api_model import Api, Enum, Field, Impressions, Kind, Message, Method

_SHOWN, _CLICKED = "IMPRESSION", "CLICK"


def find_impressions(api: Api) -> Impressions | None:
    """Return the fields of an impression, or None if there are no slates or no such events."""
    slates = [method.slate for _, method in api.methods() if method.slate]
    queues = [method for _, method in api.methods() if method.event_queue]
    if not slates or not queues or not (event := _event(api, queues[0])):
        return None
    slate = slates[0]
    item_field = _item_field(api, event, slate.item_id_field)
    types = {field.name: found for field in event.fields if (found := _values(api, field))}
    has_token = any(
        each.name == slate.attribution_token_field and each.kind is Kind.STRING
        for each in event.fields
    )
    if item_field is None or not types or not has_token:
        return None
    type_field, values = next(iter(types.items()))
    item = api.message(item_field.type_name)
    has_position = any(each.name == slate.position_field for each in item.fields)
    return Impressions(
        event=event.full_name,
        type_field=type_field,
        impression_type=values[_SHOWN],
        click_type=values.get(_CLICKED, ""),
        items_field=item_field.name,
        item=item.full_name,
        item_id_field=slate.item_id_field,
        position_field=slate.position_field if has_position else "",
        attribution_token_field=slate.attribution_token_field,
        subject_fields=_subjects(queues[0]),
    )


def _event(api: Api, method: Method) -> Message | None:
    if method.event_queue is None:
        return None
    events = api.message(method.input).field(method.event_queue.events_field)
    return api.message(events.type_name)


def _item_field(api: Api, event: Message, item_id: str) -> Field | None:
    for field in event.fields:
        if field.is_repeated and field.kind is Kind.MESSAGE:
            names = {each.name for each in api.message(field.type_name).fields}
            if item_id in names:
                return field
    return None


def _values(api: Api, field: Field) -> dict[str, str]:
    """Return the value names of an enum field by short name, if IMPRESSION is one of them."""
    if field.kind is not Kind.ENUM or field.is_repeated or field.is_map:
        return {}
    enum = api.type(field.type_name)
    values = enum.values if isinstance(enum, Enum) else ()
    names = {each.short_name: each.name for each in values}
    return names if _SHOWN in names else {}


def _subjects(method: Method) -> tuple[str, ...]:
    prefix = f"{method.event_queue.events_field}." if method.event_queue else ""
    paths = (path.removeprefix(prefix) for path in method.subject_fields if path.startswith(prefix))
    return tuple(path for path in paths if "." not in path)
