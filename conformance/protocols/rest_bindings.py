"""A method's `google.api.http` annotation, as clients and servers use it.

Source: https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from conformance.annotations import http_rule_of
from conformance.case import JSON
from conformance.contract import Contract

_VARIABLE = re.compile(r"\{([^}=]+)(?:=([^}]+))?\}")
_VERBS = ("get", "put", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Variable:
    """A part of an address that is a field: where it stands in the template, what it may be."""

    path: str
    pattern: re.Pattern[str]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Binding:
    """One REST form of a method: `PATCH /v1/{item.name=items/*}`, with `item` as its body.

    Attributes:
        body: the field that is the body; `*`: all that the address does not hold; empty: none.
    """

    verb: str
    template: str
    body: str
    message: Descriptor

    def variables(self) -> list[Variable]:
        """Return the fields in the address, from left to right."""
        return [
            Variable(each[1], _pattern(each[2] or "*"), each.start(), each.end())
            for each in _VARIABLE.finditer(self.template)
        ]

    def address_pattern(self) -> re.Pattern[str]:
        """Return what its addresses look like, a group for each variable."""
        parts, end = [], 0
        for variable in self.variables():
            fixed = re.escape(self.template[end : variable.start])
            parts += [fixed, f"({variable.pattern.pattern})"]
            end = variable.end
        return re.compile("".join(parts) + re.escape(self.template[end:]))

    def place(self, fields: Mapping[str, JSON]) -> tuple[str, JSON] | None:
        """Return address and body of a request in JSON; None: the address has no place for it."""
        rest = copy.deepcopy(dict(fields))
        parts, end = [], 0
        for variable in self.variables():
            value = _taken(json_names(self.message, variable.path)[0], rest)
            if value is None or not variable.pattern.fullmatch(value):
                return None
            # Of the characters that need no encoding in a path, those that every client leaves.
            parts += [self.template[end : variable.start], quote(value, safe="/-._~")]
            end = variable.end
        path = "".join(parts) + self.template[end:]
        if self.body == "*":
            return path, rest
        body = rest.pop(json_names(self.message, self.body)[0][0], {}) if self.body else None
        query = urlencode(list(_parameters(rest)))
        return (f"{path}?{query}" if query else path), body


def bindings_of(contract: Contract, method: MethodDescriptor) -> list[Binding]:
    """Return a method's bindings, the first one first; none for methods without."""
    rule = http_rule_of(method, contract)
    found = []
    for each in (rule, *rule.get("additional_bindings", ())):
        verb = next((verb for verb in _VERBS if verb in each), "")
        if verb:
            template, body = each[verb], each.get("body", "")
            found.append(Binding(verb.upper(), template, body, method.input_type))
    return found


def json_names(message: Descriptor | None, path: str) -> tuple[list[str], FieldDescriptor | None]:
    """Return a path of fields by their names in JSON; no field: there is none of this path."""
    names: list[str] = []
    field: FieldDescriptor | None = None
    for name in path.split("."):
        if message is None:
            return names, None
        field = message.fields_by_name.get(name) or message.fields_by_camelcase_name.get(name)
        if field is None:
            return names, None
        names.append(field.json_name)
        message = field.message_type
    return names, field


def _pattern(wildcards: str) -> re.Pattern[str]:
    """Return what `items/*` or `**` of a template matches."""
    wild = {"**": ".+", "*": "[^/]+"}
    parts = re.split(r"(\*\*|\*)", wildcards)
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts))


def _taken(path: list[str], fields: dict[str, JSON]) -> str | None:
    """Take a text out of a message; None: there is none."""
    for name in path[:-1]:
        fields = fields.get(name, {})
    value = fields.pop(path[-1], None)
    return value if isinstance(value, str) else None


def _parameters(fields: Mapping[str, JSON], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield query parameters; fields of messages are joined by dots, lists repeat their name."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _parameters(value, f"{prefix}{name}.")
            continue
        for each in value if isinstance(value, list) else (value,):
            text = str(each).lower() if isinstance(each, bool) else str(each)
            yield f"{prefix}{name}", text
