"""What Go's impression trackers and quickstart print."""

from __future__ import annotations

from typing import Any

from sdk.generator.api_model import Api, Field, Impressions, Message, Method, Service
from sdk.generator.languages.go_names import Types, field_name
from sdk.generator.naming import accessor, pascal


def tracking(api: Api) -> dict[str, Any] | None:
    """Return the context of the trackers; None if the API has none."""
    found = api.impressions
    if found is None:
        return None
    types = Types(api)
    event, entry = api.message(found.event), api.message(found.item)
    kind = event.field(found.type_field).type_name
    position = found.position_field
    context = {
        "event": types.of(event.full_name),
        "kind": types.of(kind),
        "kind_field": field_name(found.type_field),
        "impression": types.enum_value(kind, found.impression_type),
        "click": types.enum_value(kind, found.click_type) if found.click_type else "",
        "token": field_name(found.attribution_token_field),
        "entry": types.of(entry.full_name),
        "entries": field_name(found.items_field),
        "entry_id": field_name(found.item_id_field),
        "entry_position": field_name(position) if position else "",
        "position_is_optional": bool(position) and entry.field(position).has_presence,
        "subjects": [
            {"name": field_name(name), "assignment": _assignment(types, event, name)}
            for name in found.subject_fields
        ],
        "slates": _slates(api, found, types),
    }
    return {**context, "imports": sorted(types.imports, key=lambda each: each[1])}


def _slates(api: Api, found: Impressions, types: Types) -> list[dict[str, str]]:
    """Return one slate for each type of its items: replies that look the same share a tracker."""
    slates: dict[str, dict[str, str]] = {}
    for _, method in api.methods():
        if method.slate is None:
            continue
        item = api.message(api.message(method.output).field(method.slate.items_field).type_name)
        slates.setdefault(
            item.full_name,
            {
                "name": f"{field_name(item.name.split('.')[-1])}Slate",
                "tracker": "ImpressionTracker"
                if not slates
                else f"{field_name(item.name.split('.')[-1])}ImpressionTracker",
                "item": types.of(item.full_name),
                "listed": field_name(method.slate.items_field),
                "token": field_name(method.slate.attribution_token_field),
                "id": field_name(method.slate.item_id_field),
                "position": field_name(method.slate.position_field),
            },
        )
    return list(slates.values())


def _assignment(types: Types, message: Message, name: str) -> str:
    field = message.field(name)
    if field.oneof:
        return (
            f"event.{field_name(field.oneof)} = "
            f"&{types.wrapper(message, field)}{{{field_name(name)}: id}}"
        )
    return f"event.{field_name(name)} = {'&id' if field.has_presence else 'id'}"


def quickstart(api: Api) -> dict[str, Any] | None:
    """Return what the example calls: the first paged slate, else the first paged list.

    None if nothing is paged.
    """
    paged = [(s, m) for s, m in api.methods() if m.paging]
    paged.sort(key=lambda each: each[1].slate is None)
    if not paged:
        return None
    service, method = paged[0]
    types = Types(api)
    subject = _subject(api, method)
    return {
        "service": pascal(accessor(service.name)),
        "method": field_name(method.name),
        "input": types.of(method.input),
        "page_size": field_name(method.paging.page_size_field) if method.paging else "",
        "subject": _subject_entry(types, api.message(method.input), subject) if subject else "",
        "listed": field_name(method.paging.items_field) if method.paging else "",
        "has_slate": method.slate is not None,
        "queue": _queue(api, types),
        "imports": sorted(types.imports, key=lambda each: each[1]),
    }


def _subject(api: Api, method: Method) -> Field | None:
    names = [name for name in method.subject_fields if "." not in name]
    return api.message(method.input).field(names[0]) if names else None


def _subject_entry(types: Types, message: Message, field: Field) -> str:
    if not field.oneof:
        return f"{field_name(field.name)}: *user"
    wrapper = f"&{types.wrapper(message, field)}{{{field_name(field.name)}: *user}}"
    return f"{field_name(field.oneof)}: {wrapper}"


def _queue(api: Api, types: Types) -> dict[str, str] | None:
    if api.impressions is None or not api.impressions.subject_fields:
        return None
    queues: list[tuple[Service, Method]] = [(s, m) for s, m in api.methods() if m.event_queue]
    service, _ = queues[0]
    event = api.message(api.impressions.event)
    return {
        "service": pascal(accessor(service.name)),
        "name": field_name(event.name),
        "subject": field_name(api.impressions.subject_fields[0]),
        "event": types.of(event.full_name),
    }
