"""The TypeScript typings of the TV package: messages in their JSON form, and the services.

A message in replies has all its fields but those that tell unset apart; one in requests needs only
what is required. A message that is in both has two interfaces, `Item` and `ItemInit`.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sdk.generator.api_model import Api, Enum, Field, Kind, Message, Method, Service
from sdk.generator.languages.tv_names import accessor_name, method_name
from sdk.generator.naming import error_name, pascal

Offers = list[tuple[Service, tuple[Method, ...]]]

_SCALARS = {
    Kind.BOOL: "boolean",
    Kind.INT32: "number",
    Kind.UINT32: "number",
    Kind.FLOAT: "number",
    Kind.DOUBLE: "number",
    Kind.STRING: "string",
    Kind.BYTES: "string",
}
_WELL_KNOWN = {
    "Duration": "string",
    "FieldMask": "string",
    "Struct": "{ [name: string]: any }",
    "Value": "any",
    "ListValue": "any[]",
    "Any": "{ '@type': string; [name: string]: any }",
    "Empty": "{}",
    "BoolValue": "boolean",
    "StringValue": "string",
    "BytesValue": "string",
    "FloatValue": "number",
    "DoubleValue": "number",
    "Int32Value": "number",
    "UInt32Value": "number",
}
_LARGE = {"Int64Value", "UInt64Value"}


class Typings:
    """What the template of the typings prints."""

    def __init__(self, api: Api, offers: Offers) -> None:
        self._api = api
        self._offers = offers
        methods = [method for _, offered in offers for method in offered]
        self._asked = self._reachable([method.input for method in methods])
        self._replied = self._reachable([method.output for method in methods])
        self._names = self._name_types()

    def _reachable(self, roots: list[str]) -> set[str]:
        found: set[str] = set()
        pending = list(roots)
        while pending:
            name = pending.pop()
            each = self._api.type(name)
            if name not in found:
                found.add(name)
                if isinstance(each, Message) and not each.is_well_known:
                    pending += [field.type_name for field in each.fields if field.type_name]
        return found

    def _name_types(self) -> dict[str, str]:
        """Return short names; full ones where two types would have the same."""
        used = [self._api.type(name) for name in sorted(self._asked | self._replied)]
        short = {each.full_name: each.name.replace(".", "") for each in used}
        counts = Counter(short.values())
        return {
            full: name if counts[name] == 1 else pascal(full.replace(".", "_"))
            for full, name in short.items()
        }

    def context(self) -> dict[str, Any]:
        """Return enums, interfaces, services and errors."""
        return {
            "enums": [self._enum(each) for each in self._used() if isinstance(each, Enum)],
            "interfaces": [
                interface
                for each in self._used()
                if isinstance(each, Message) and not each.is_well_known
                for interface in self._interfaces(each)
            ],
            "services": [self._service(*each) for each in self._offers],
            **self._tracked(),
            "errors": [
                {"name": error_name(reason.name), "docs": _safe(reason.docs or reason.code)}
                for reason in self._api.error_reasons
            ],
        }

    def _tracked(self) -> dict[str, str]:
        """Return the types that the impression tracker takes."""
        found = self._api.impressions
        if found is None or found.event not in self._asked:
            return {}
        event = self._message_name(found.event, is_request=True)
        kind = self._names[self._api.message(found.event).field(found.type_field).type_name]
        return {"event": event, "event_fields": f"Partial<{event}>", "event_type": kind}

    def _used(self) -> list[Message | Enum]:
        used = self._asked | self._replied
        return [each for each in self._api.types() if each.full_name in used]

    def _enum(self, enum: Enum) -> dict[str, Any]:
        values = [{"name": each.name, "docs": _safe(each.docs)} for each in enum.values]
        return {"name": self._names[enum.full_name], "docs": _safe(enum.docs), "values": values}

    def _interfaces(self, message: Message) -> list[dict[str, Any]]:
        forms = []
        if message.full_name in self._replied:
            forms.append(self._interface(message, is_request=False))
        if message.full_name in self._asked:
            forms.append(self._interface(message, is_request=True))
        return forms

    def _interface(self, message: Message, *, is_request: bool) -> dict[str, Any]:
        fields = [
            {
                "name": field.json_name,
                "mark": "?" if self._may_lack(field, is_request=is_request) else "",
                "type": self._type(field, is_request=is_request),
                "docs": _safe(field.docs),
                "is_deprecated": field.is_deprecated,
            }
            for field in message.fields
        ]
        name = self._message_name(message.full_name, is_request=is_request)
        return {"name": name, "docs": _safe(message.docs), "fields": fields}

    @staticmethod
    def _may_lack(field: Field, *, is_request: bool) -> bool:
        if is_request:
            return not field.is_required
        return not (field.is_repeated or field.is_map) and field.has_presence

    def _message_name(self, full_name: str, *, is_request: bool) -> str:
        is_both = full_name in self._asked and full_name in self._replied
        return self._names[full_name] + ("Init" if is_request and is_both else "")

    def _type(self, field: Field, *, is_request: bool) -> str:
        single = self._single(field, is_request=is_request)
        if field.is_map:
            return f"{{ [key: string]: {single} }}"
        if field.is_repeated:
            return f"{single}[]" if single.isidentifier() else f"Array<{single}>"
        return single

    def _single(self, field: Field, *, is_request: bool) -> str:
        if field.kind in (Kind.INT64, Kind.UINT64):
            return "string | number" if is_request else "string"
        if field.kind is Kind.ENUM:
            return self._names[field.type_name]
        if field.kind is not Kind.MESSAGE:
            return _SCALARS[field.kind]
        return self.message_type(field.type_name, is_request=is_request)

    def message_type(self, full_name: str, *, is_request: bool) -> str:
        """Return the type of a message in requests or replies."""
        message = self._api.message(full_name)
        if not message.is_well_known:
            return self._message_name(full_name, is_request=is_request)
        if message.name == "Timestamp":
            return "string | Date" if is_request else "string"
        if message.name in _LARGE:
            return "string | number" if is_request else "string"
        return _WELL_KNOWN[message.name]

    def _service(self, service: Service, methods: tuple[Method, ...]) -> dict[str, Any]:
        return {
            "name": service.name.removesuffix("Service") or service.name,
            "accessor": accessor_name(service.name),
            "docs": _safe(service.docs),
            "methods": [self._method(method) for method in methods],
        }

    def _method(self, method: Method) -> dict[str, Any]:
        found: dict[str, Any] = {
            "name": method_name(method.name),
            "docs": _safe(method.docs),
            "is_deprecated": method.is_deprecated,
            "request": self.message_type(method.input, is_request=True),
            "reply": self.message_type(method.output, is_request=False),
            "item": "",
            "event": "",
        }
        if method.paging:
            field = self._api.message(method.output).field(method.paging.items_field)
            found["item"] = self._single(field, is_request=False)
        if method.event_queue:
            field = self._api.message(method.input).field(method.event_queue.events_field)
            found["event"] = self._single(field, is_request=True)
        return found


def _safe(docs: str) -> str:
    """Return a comment's text without what would end it."""
    return docs.replace("*/", "*\\/")
