"""What the TV package's README and examples call."""

from __future__ import annotations

from typing import Any

from sdk.generator.api_model import Api, Method, Service
from sdk.generator.languages.tv_names import accessor_name, json_name, method_name

Offers = list[tuple[Service, tuple[Method, ...]]]


def quickstart(api: Api, offers: Offers) -> dict[str, Any] | None:
    """Return the first paged slate, else the first paged list; None if nothing is paged."""
    paged = [(service, method) for service, offered in offers for method in offered]
    paged = sorted(
        ((service, method) for service, method in paged if method.paging),
        key=lambda each: each[1].slate is None,
    )
    if not paged:
        return None
    service, method = paged[0]
    assert method.paging is not None  # by the selection
    request, reply = api.message(method.input), api.message(method.output)
    item = api.message(reply.field(method.paging.items_field).type_name)
    subject = next((name for name in method.subject_fields if "." not in name), "")
    first = next((field for field in item.fields if not field.type_name), None)
    return {
        "accessor": accessor_name(service.name),
        "method": method_name(method.name),
        "list": json_name(reply, method.paging.items_field),
        "page_size": json_name(request, method.paging.page_size_field),
        "page_token": json_name(request, method.paging.page_token_field),
        "subject": json_name(request, subject) if subject else "",
        "shown": first.json_name if first else "",
        "has_slate": method.slate is not None,
        "queue": _queue(api, offers),
    }


def _queue(api: Api, offers: Offers) -> dict[str, str] | None:
    found = api.impressions
    queues = [service for service, offered in offers for m in offered if m.event_queue]
    if found is None or not queues or not found.subject_fields:
        return None
    event = api.message(found.event)
    return {
        "accessor": accessor_name(queues[0].name),
        "subject": json_name(event, found.subject_fields[0]),
    }
