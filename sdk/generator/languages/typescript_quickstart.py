"""The calls that the TypeScript package's quickstart and README show, found in the contract."""

from __future__ import annotations

from typing import Any

from sdk.generator.api_model import Api, Enum, Method, Service
from sdk.generator.languages.typescript_names import (
    assignment,
    field_name,
    method_name,
    service_accessor,
    value_name,
)


def quickstart(api: Api) -> dict[str, Any] | None:
    """Return what the quickstart shows; None: the contract has no paged slates and no events."""
    slate = next(
        ((s, m) for s, m in api.methods() if m.slate and m.paging and not m.is_streaming), None
    )
    queue = next(((s, m) for s, m in api.methods() if m.event_queue), None)
    if slate is None or queue is None or api.impressions is None:
        return None
    event = api.message(api.impressions.event)
    enum = api.type(event.field(api.impressions.type_field).type_name)
    assert isinstance(enum, Enum)
    names = {value.name: value_name(enum, value) for value in enum.values}
    service, method = slate
    assert method.slate and method.paging
    return {
        "method": f"{service_accessor(service)}.{method_name(method)}",
        "accessor": service_accessor(service),
        "call": method_name(method),
        "subject": _subject(api, method.input, method.subject_fields),
        "page_size": field_name(method.paging.page_size_field),
        "page_token": field_name(method.paging.page_token_field),
        "listed": field_name(method.paging.items_field),
        "item_id": field_name(method.slate.item_id_field),
        "events": service_accessor(queue[0]),
        "event_subject": _subject(api, event.full_name, api.impressions.subject_fields),
        "type": enum.name.replace(".", "_"),
        "click": names.get(api.impressions.click_type) or names[api.impressions.impression_type],
        "messages": _entry(api, event.package),
        "batch": _batch(api, *queue),
    }


def _subject(api: Api, message: str, fields: tuple[str, ...]) -> str:
    return assignment(api, message, fields[0], '"u1"') if fields else ""


def _batch(api: Api, service: Service, method: Method) -> dict[str, str]:
    assert method.event_queue
    return {
        "call": f"{service_accessor(service)}.{method_name(method)}",
        "events": field_name(method.event_queue.events_field),
        "results": field_name(method.event_queue.results_field),
    }


def _entry(api: Api, package: str) -> str:
    return package.removeprefix(f"{api.name}.").replace(".", "-")
