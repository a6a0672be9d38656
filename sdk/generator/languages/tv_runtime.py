"""The tables that the TV runtime works by: services, messages of replies, reasons of errors."""

from __future__ import annotations

import json
import textwrap
from typing import Any

from sdk.generator.api_model import Api, Enum, Field, Kind, Message, Method, Retry, Scope, Service
from sdk.generator.language import UnsupportedApiError
from sdk.generator.languages.tv_names import accessor_name, json_name, json_path

Offers = list[tuple[Service, tuple[Method, ...]]]

_MARKS = {
    Kind.BOOL: "!",
    Kind.INT32: "#",
    Kind.UINT32: "#",
    Kind.FLOAT: "#",
    Kind.DOUBLE: "#",
    Kind.INT64: "^",
    Kind.UINT64: "^",
    Kind.STRING: "",
    Kind.BYTES: "",
}
_RETRY_MARKS = {Retry.AFTER_DELAY: "+", Retry.AFTER_REFRESH: "^"}
_LINE = 84


def offered(api: Api) -> Offers:
    """Return the services with the methods that devices may call, those without any left out."""
    found = []
    for service in api.services:
        methods = tuple(method for method in service.methods if _is_offered(method))
        if sum(method.event_queue is not None for method in methods) > 1:
            raise UnsupportedApiError(f"tv: service {service.name}: more than one event queue")
        if methods:
            found.append((service, methods))
    return found


def _is_offered(method: Method) -> bool:
    return method.scope is Scope.CLIENT and not method.is_streaming and method.http is not None


def _treated(message: Message) -> tuple[Field, ...]:
    """Return the fields as they are in JSON: messages with a form of their own have none."""
    return () if message.is_well_known else message.fields


class Runtime:
    """What the templates of the runtime print."""

    def __init__(self, api: Api, offers: Offers) -> None:
        self._api = api
        self._offers = offers
        self._numbers = self._number_messages()

    def _number_messages(self) -> dict[str, int]:
        """Number the messages of replies, those within a message after it."""
        numbers: dict[str, int] = {}
        replies = {method.output: None for _, methods in self._offers for method in methods}
        pending = list(reversed(replies))
        while pending:
            name = pending.pop()
            message = self._api.message(name)
            if name in numbers or (message.is_well_known and name not in replies):
                continue
            numbers[name] = len(numbers)
            fields = reversed(_treated(message))
            pending += [each.type_name for each in fields if each.kind is Kind.MESSAGE]
        return numbers

    def messages(self) -> list[dict[str, Any]]:
        """Return the messages of replies with their fields as words."""
        return [
            {
                "index": number,
                "name": name,
                "fields": " ".join(
                    word for each in _treated(self._api.message(name)) if (word := self._word(each))
                ),
            }
            for name, number in self._numbers.items()
        ]

    def _word(self, field: Field) -> str:
        """Return name and mark of a field that the runtime treats; empty: it stays as it is."""
        number = str(self._numbers.get(field.type_name, ""))
        if field.is_map or field.is_repeated:
            return f"{field.json_name}{'%' if field.is_map else '*'}{number}"
        if field.kind is Kind.MESSAGE:
            return f"{field.json_name}@{number}" if number else ""
        if field.has_presence:
            return ""
        if field.kind is Kind.ENUM:
            return f"{field.json_name}~{self._first_value(field)}"
        return field.json_name + _MARKS[field.kind]

    def _first_value(self, field: Field) -> str:
        enum = self._api.type(field.type_name)
        assert isinstance(enum, Enum)  # by its kind
        return next(each.name for each in enum.values if each.number == 0)

    def reason_lines(self) -> list[str]:
        """Return the reasons of errors with their marks, as lines that join to one text."""
        words = [r.name + _RETRY_MARKS.get(r.retry, "") for r in self._api.error_reasons]
        lines = textwrap.wrap(" ".join(words), _LINE, break_long_words=False)
        return [*(f"{line} " for line in lines[:-1]), *lines[-1:]]

    def services(self) -> list[dict[str, Any]]:
        """Return the services with their methods' settings, as JavaScript."""
        return [
            {
                "accessor": accessor_name(service.name),
                "full_name": service.full_name,
                "methods": [self._method(method) for method in methods],
            }
            for service, methods in self._offers
        ]

    def _method(self, method: Method) -> dict[str, Any]:
        return {
            "name": method.name,
            "settings": [(f"_{key}", _literal(value)) for key, value in self._settings(method)],
        }

    def _path(self, method: Method, request: Message) -> str:
        """Return the template with JSON names; a pattern stays only where it has a slash."""
        assert method.http is not None
        path = method.http.path
        for field in method.http.path_fields:
            start = path.index("{" + field)
            end = path.index("}", start)
            pattern = path[start + 1 + len(field) : end]
            kept = pattern if "/" in pattern or "**" in pattern else ""
            name = json_path(self._api, request, field)
            path = f"{path[:start]}{{{name}{kept}}}{path[end + 1 :]}"
        return path

    def _settings(self, method: Method) -> list[tuple[str, object]]:
        assert method.http is not None  # by the selection
        request, reply = self._api.message(method.input), self._api.message(method.output)
        body = method.http.body
        if body not in ("", "*"):
            body = json_name(request, body)
        found: list[tuple[str, object]] = [
            ("retryable", list(method.retryable_codes) if method.is_idempotent else []),
            ("http", [method.http.verb, self._path(method, request), *([body] if body else [])]),
            ("timeoutMs", method.default_deadline_ms),
            ("reply", self._numbers.get(method.output, -1)),
        ]
        if method.request_id_field:
            found.append(("requestId", json_name(request, method.request_id_field)))
        if method.cache:
            found.append(("cache", [method.cache.max_age_ms, method.cache.stale_if_error_ms]))
        if paging := method.paging:
            names = [
                json_name(reply, paging.items_field),
                json_name(request, paging.page_token_field),
                json_name(reply, paging.next_page_token_field),
            ]
            found.append(("paging", names))
        if method.event_queue:
            found.append(("queue", self._queue(method)))
        return found

    def _queue(self, method: Method) -> list[object]:
        assert method.event_queue is not None
        queue = method.event_queue
        request, reply = self._api.message(method.input), self._api.message(method.output)
        event = self._api.message(request.field(queue.events_field).type_name)
        result = self._api.message(reply.field(queue.results_field).type_name)
        return [
            json_name(request, queue.events_field),
            json_name(event, queue.event_id_field),
            json_name(event, queue.event_time_field),
            json_name(request, queue.sent_time_field),
            json_name(reply, queue.results_field),
            json_name(result, queue.error_field),
            queue.max_events,
        ]


def _literal(value: object) -> str:
    """Return JSON with single quotes; names and numbers need no escapes."""
    return json.dumps(value).replace('"', "'")
