"""What Swift's templates print of services, and of trackers of impressions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sdk.generator.api_model import (
    Api,
    EventQueue,
    Field,
    HttpBinding,
    Impressions,
    Message,
    Method,
    Service,
)
from sdk.generator.documentation import comment
from sdk.generator.languages.swift_messages import MessageViews
from sdk.generator.languages.swift_names import TypeNames, member, plain
from sdk.generator.naming import accessor, camel, pascal

_VARIABLE = re.compile(r"\{([^}=]+)(?:=([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class ServiceViews:
    """Makes the contexts of services and trackers."""

    api: Api
    names: TypeNames
    messages: MessageViews

    def service(self, service: Service) -> dict[str, Any]:
        """Return the context of a service: its unary methods that have a binding."""
        docs = service.docs or f"The service {service.full_name}."
        return {
            "type": service.name,
            "accessor": member(accessor(service.name)),
            "docs": docs,
            "docs_block": comment(docs.split("\n\n")[0], prefix="/// ", indent=2),
            "methods": [self._method(m, m.http) for m in service.methods if m.http],
        }

    def _method(self, method: Method, http: HttpBinding) -> dict[str, Any]:
        request = self.api.message(method.input)
        return {
            "name": member(method.name),
            "plain_name": plain(method.name),
            "path": method.path,
            "docs": method.docs or f"Calls {method.name}.",
            "is_deprecated": method.is_deprecated,
            "is_idempotent": str(method.is_idempotent).lower(),
            "codes": ", ".join(f".{camel(code)}" for code in method.retryable_codes),
            "timeout": _seconds(method.default_deadline_ms),
            "cache": _cache(method),
            "verb": http.verb,
            "path_parts": ", ".join(self._path_parts(request, http.path)),
            "body": _body(request, http.body),
            "request_id_field": _json_name(request, method.request_id_field),
            "input": self.names.of(method.input),
            "output": self.names.of(method.output),
            "is_empty": method.output == "google.protobuf.Empty",
            "paging": self._paging(method),
            "queue": self._queue(method, method.event_queue) if method.event_queue else None,
        }

    def _path_parts(self, request: Message, template: str) -> list[str]:
        parts: list[str] = []
        place = 0
        for found in _VARIABLE.finditer(template):
            if found.start() > place:
                parts.append(f'.literal("{template[place : found.start()]}")')
            names = ", ".join(f'"{name}"' for name in self._json_path(request, found[1]))
            keeps = "true" if "/" in (found[2] or "") or "**" in (found[2] or "") else "false"
            parts.append(f".field([{names}], keepsSlashes: {keeps})")
            place = found.end()
        if place < len(template):
            parts.append(f'.literal("{template[place:]}")')
        return parts

    def _json_path(self, message: Message, path: str) -> list[str]:
        names: list[str] = []
        for name in path.split("."):
            each = message.field(name)
            names.append(each.json_name)
            if name != path.split(".")[-1]:
                message = self.api.message(each.type_name)
        return names

    def _paging(self, method: Method) -> dict[str, str] | None:
        if method.paging is None:
            return None
        listed = self.api.message(method.output).field(method.paging.items_field)
        return {
            "item": self.messages.value_type(listed),
            "listed": member(listed.name),
            "token": member(method.paging.page_token_field),
            "next": member(method.paging.next_page_token_field),
        }

    def _queue(self, method: Method, queue: EventQueue) -> dict[str, Any]:
        request = self.api.message(method.input)
        event = self.api.message(request.field(queue.events_field).type_name)
        results = self.api.message(method.output).field(queue.results_field)
        values = {queue.events_field: "events", queue.sent_time_field: "now"}
        arguments = [
            f"{member(each.name)}: {values[each.name]}"
            for each in request.fields
            if each.name in values
        ]
        error = self.api.message(results.type_name).field(queue.error_field)
        return {
            "name": pascal(event.name.split(".")[-1]),
            "event": self.names.of(event.full_name),
            "max_events": queue.max_events,
            "arguments": ", ".join(arguments),
            "results": member(results.name),
            "status": _status(error),
            "id": f"self.{member(queue.event_id_field)}",
            "time": f"self.{member(queue.event_time_field)}",
        }

    def tracking(self, shown: tuple[Message, ...]) -> dict[str, Any] | None:
        """Return the context of the trackers; None if the API has none.

        Args:
            shown: the messages of the package, among which slates are looked for.
        """
        found = self.api.impressions
        if found is None or not any(method.slate for _, method in self.api.methods()):
            return None
        event, entry = self.api.message(found.event), self.api.message(found.item)
        kind = self.names.of(event.field(found.type_field).type_name)
        return {
            "event": self.names.of(event.full_name),
            "kind": kind,
            "kind_field": member(found.type_field),
            "impression": self._value(event, found, found.impression_type),
            "click": self._value(event, found, found.click_type) if found.click_type else "",
            "token": member(found.attribution_token_field),
            "entry": self.names.of(entry.full_name),
            "entries": member(found.items_field),
            "entry_id": member(found.item_id_field),
            "entry_position": member(found.position_field) if found.position_field else "",
            "subject": self._subject(event, found),
            "slates": self._slates(shown),
        }

    def _value(self, event: Message, found: Impressions, name: str) -> str:
        enum = self.api.type(event.field(found.type_field).type_name)
        values = {value.name: value.short_name for value in getattr(enum, "values", ())}
        return f".{member(values[name])}"

    def _subject(self, event: Message, found: Impressions) -> dict[str, str] | None:
        oneofs = {event.field(name).oneof for name in found.subject_fields}
        if len(oneofs) != 1 or not (oneof := oneofs.pop()):
            return None
        kind = self.messages.oneof_type(event, oneof)
        return {"name": member(oneof), "type": f"{self.names.of(event.full_name)}.{kind}"}

    def _slates(self, shown: tuple[Message, ...]) -> list[dict[str, Any]]:
        slates: dict[str, dict[str, Any]] = {}
        for _, method in self.api.methods():
            slate = method.slate
            if slate is None:
                continue
            items = self.api.message(method.output).field(slate.items_field)
            if items.type_name in slates:
                continue
            name = pascal(self.api.message(items.type_name).name.split(".")[-1])
            slates[items.type_name] = {
                "name": f"{name}Slate",
                "tracker": f"{name if slates else ''}ImpressionTracker",
                "item": self.names.of(items.type_name),
                "listed": member(slate.items_field),
                "token": member(slate.attribution_token_field),
                "id": member(slate.item_id_field),
                "position": member(slate.position_field),
                "replies": [
                    self.names.of(each.full_name)
                    for each in shown
                    if _is_slate(each, items, slate.attribution_token_field)
                ],
            }
        return list(slates.values())


def _is_slate(message: Message, items: Field, token: str) -> bool:
    fields = {each.name: each for each in message.fields}
    listed = fields.get(items.name)
    return (
        listed is not None
        and listed.is_repeated
        and listed.type_name == items.type_name
        and token in fields
    )


def _status(error: Field) -> str:
    if error.oneof:
        return f"case .{member(error.name)}(let status)? = result.{member(error.oneof)}"
    return f"let status = result.{member(error.name)}"


def _json_name(message: Message, name: str) -> str:
    return message.field(name).json_name if name else ""


def _body(request: Message, body: str) -> str:
    if body == "*":
        return ".all"
    return f'.field("{_json_name(request, body)}")' if body else ".none"


def _cache(method: Method) -> str:
    if method.cache is None:
        return "nil"
    fresh, stale = method.cache.max_age_ms, method.cache.stale_if_error_ms
    return f"CachePolicy(maxAge: {_seconds(fresh)}, staleIfError: {_seconds(stale)})"


def _seconds(ms: int) -> str:
    return f"{ms / 1000:g}" if ms % 1000 else str(ms // 1000)
