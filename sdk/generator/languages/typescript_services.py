"""What the TypeScript templates print of each service: its methods, queue and tracker."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sdk.generator.api_model import Api, Enum, EventQueue, Impressions, Method, Service
from sdk.generator.languages.typescript_names import (
    field_name,
    jsdoc,
    method_key,
    method_name,
    module_of,
    read_optional,
    schema_name,
    service_accessor,
    service_class,
    service_module,
    type_name,
    value_name,
)


@dataclass(slots=True)
class Imports:
    """The import statements of one file."""

    _values: dict[str, set[str]] = field(default_factory=dict)
    _types: dict[str, set[str]] = field(default_factory=dict)

    def value(self, name: str, module: str) -> str:
        """Import something that exists at run time; returns its name."""
        self._values.setdefault(module, set()).add(name)
        return name

    def type(self, name: str, module: str) -> str:
        """Import a type; returns its name."""
        self._types.setdefault(module, set()).add(name)
        return name

    def lines(self) -> list[str]:
        """Return the statements, packages first."""
        modules = sorted(self._values.keys() | self._types.keys(), key=lambda m: (m[0] == ".", m))
        made: list[str] = []
        for module in modules:
            values = self._values.get(module, set())
            types = self._types.get(module, set()) - values
            if types:
                made.append(_statement("import type", types, module))
            if values:
                made.append(_statement("import", values, module))
        return made


def _statement(keyword: str, names: set[str], module: str) -> str:
    line = f'{keyword} {{ {", ".join(sorted(names))} }} from "{module}";'
    if len(line) <= 100:
        return line
    listed = "".join(f"  {name},\n" for name in sorted(names))
    return f'{keyword} {{\n{listed}}} from "{module}";'


def has_queue(service: Service) -> bool:
    """Whether a service takes batches from an event queue."""
    return any(method.event_queue for method in service.methods)


def summary(service: Service) -> dict[str, Any]:
    """Return what files beside the service's own say of it."""
    return {
        "name": service.name,
        "class_name": service_class(service),
        "accessor": service_accessor(service),
        "module": service_module(service),
        "has_queue": has_queue(service),
        "docs": jsdoc(service.docs),
    }


def service_context(api: Api, service: Service) -> dict[str, Any]:
    """Return what the template of a service's file prints."""
    imports = Imports()
    imports.type("Channel", "../core/channel.js")
    imports.type("MethodInfo", "../core/policy.js")
    imports.value(service.name, module_of(service.file))
    methods = [_method(api, method, imports) for method in service.methods]
    queue = next((_queue(api, m, imports) for m in service.methods if m.event_queue), None)
    impressions = api.impressions if queue else None
    tracker = _impressions(api, impressions, imports) if impressions else None
    return {
        "service": summary(service),
        "methods": methods,
        "queue": queue,
        "impressions": tracker,
        "imports": imports.lines(),
    }


def _method(api: Api, method: Method, imports: Imports) -> dict[str, Any]:
    request, reply = api.message(method.input), api.message(method.output)
    imports.type("CallOptions", "../core/call.js")
    imports.type("MessageInitShape", "@bufbuild/protobuf")
    if method.paging:
        imports.type("Paged", "../core/paging.js")
        imports.type("PagingOptions", "../core/call.js")
    return {
        "key": method_key(method),
        "name": method_name(method),
        "input": imports.type(schema_name(request), module_of(request.file)),
        "output_type": imports.type(type_name(reply), module_of(reply.file)),
        "kind": _kind(method),
        "has_required": any(each.is_required for each in request.fields),
        "listed": field_name(method.paging.items_field) if method.paging else "",
        "policy": _policy(method),
        "docs": jsdoc(method.docs, 2),
    }


def _kind(method: Method) -> str:
    if method.is_client_streaming:
        return "bidi" if method.is_server_streaming else "client"
    return "server" if method.is_server_streaming else "unary"


def _policy(method: Method) -> str:
    """Return the literal of a method's policy."""
    parts = [
        f"idempotent: {json.dumps(method.is_idempotent)}",
        f"retryableCodes: {json.dumps(list(method.retryable_codes))}",
        f"deadlineMs: {_number(method.default_deadline_ms)}",
    ]
    if method.cache:
        fresh, stale = method.cache.max_age_ms, method.cache.stale_if_error_ms
        parts.append(f"cache: {{ maxAgeMs: {_number(fresh)}, staleIfErrorMs: {_number(stale)} }}")
    if method.paging:
        names = {
            "items": method.paging.items_field,
            "pageToken": method.paging.page_token_field,
            "nextPageToken": method.paging.next_page_token_field,
        }
        pairs = ", ".join(f'{key}: "{field_name(name)}"' for key, name in names.items())
        parts.append(f"paging: {{ {pairs} }}")
    if method.request_id_field:
        parts.append(f'requestIdField: "{field_name(method.request_id_field)}"')
    return "{\n" + "".join(f"      {part},\n" for part in parts) + "    }"


def _number(value: int) -> str:
    return f"{value:,}".replace(",", "_")


def _queue(api: Api, method: Method, imports: Imports) -> dict[str, Any]:
    policy = method.event_queue
    assert policy is not None
    events = api.message(method.input).field(policy.events_field)
    event = api.message(events.type_name)
    event_id = event.field(policy.event_id_field)
    imports.value("EventQueue", "../queue/event_queue.js")
    if policy.event_time_field or policy.sent_time_field:
        imports.value("timestampFromMs", "@bufbuild/protobuf/wkt")
    return {
        "method": method_name(method),
        "event": imports.value(schema_name(event), module_of(event.file)),
        "max_events": policy.max_events,
        "id": field_name(policy.event_id_field),
        "id_or_empty": ' ?? ""' if event_id.has_presence else "",
        "time": field_name(policy.event_time_field),
        "events": field_name(policy.events_field),
        "sent_time": field_name(policy.sent_time_field),
        "results": field_name(policy.results_field),
        "error": _outcome(api, method, policy),
    }


def _outcome(api: Api, method: Method, policy: EventQueue) -> str:
    results = api.message(method.output).field(policy.results_field)
    return read_optional(api.message(results.type_name).field(policy.error_field), "each")


def _impressions(api: Api, found: Impressions, imports: Imports) -> dict[str, Any]:
    event, item = api.message(found.event), api.message(found.item)
    enum = api.type(event.field(found.type_field).type_name)
    slate = next(method.slate for _, method in api.methods() if method.slate)
    assert isinstance(enum, Enum)
    names = {value.name: value_name(enum, value) for value in enum.values}
    type_ = imports.value(type_name(enum), module_of(enum.file))
    for name in ("ImpressionTracker", "ShownItems"):
        imports.value(name, "../impressions.js")
    imports.type("ImpressionPolicy", "../impressions.js")
    slate_id, slate_position = field_name(slate.item_id_field), field_name(slate.position_field)
    fields = [f"{field_name(found.item_id_field)}: item.{slate_id}"]
    if found.position_field:
        fields.append(f"{field_name(found.position_field)}: item.{slate_position}")
    return {
        "event": schema_name(event),
        "item": imports.type(schema_name(item), module_of(item.file)),
        "type": type_,
        "type_field": field_name(found.type_field),
        "shown": names[found.impression_type],
        "clicked": f"{type_}.{names[found.click_type]}" if found.click_type else "undefined",
        "concerned": field_name(found.items_field),
        "item_fields": ", ".join(fields),
        "token": field_name(found.attribution_token_field),
        "slate_token": field_name(slate.attribution_token_field),
        "slate_item_id": slate_id,
        "slate_position": slate_position if found.position_field else "",
    }
