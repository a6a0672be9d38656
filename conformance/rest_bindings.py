"""A method's `google.api.http` annotation as a client uses it.

Source: https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

from conformance.case import JSON
from conformance.contract import Contract

_VARIABLE = re.compile(r"\{([^}=]+)(?:=([^}]+))?\}")
_VERBS = ("get", "put", "post", "patch", "delete")


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

    def place(self, fields: Mapping[str, JSON]) -> tuple[str, JSON] | None:
        """Return address and body of a request in JSON; None: the address has no place for it."""
        rest = copy.deepcopy(dict(fields))
        parts, end = [], 0
        for variable in _VARIABLE.finditer(self.template):
            value = _taken(self._json_path(variable[1]), rest)
            if value is None or not _fits(value, variable[2] or "*"):
                return None
            # Of the characters that need no encoding in a path, those that every client leaves.
            parts += [self.template[end : variable.start()], quote(value, safe="/-._~")]
            end = variable.end()
        path = "".join(parts) + self.template[end:]
        if self.body == "*":
            return path, rest
        body = rest.pop(self._json_path(self.body)[0], {}) if self.body else None
        query = urlencode(list(_parameters(rest)))
        return (f"{path}?{query}" if query else path), body

    def _json_path(self, path: str) -> list[str]:
        """Return a path of fields by their names in JSON."""
        names: list[str] = []
        message: Descriptor | None = self.message
        for name in path.split("."):
            assert message is not None
            field: FieldDescriptor = message.fields_by_name[name]
            names.append(field.json_name)
            message = field.message_type
        return names


def bindings_of(contract: Contract, method: MethodDescriptor) -> list[Binding]:
    """Return a method's bindings, the first one first; none for methods without."""
    rule = contract.options(method).get("[google.api.http]")
    if rule is None:
        return []
    found = []
    for each in (rule, *rule.get("additional_bindings", ())):
        verb = next((verb for verb in _VERBS if verb in each), "")
        if verb:
            template, body = each[verb], each.get("body", "")
            found.append(Binding(verb.upper(), template, body, method.input_type))
    return found


def _taken(path: list[str], fields: dict[str, JSON]) -> str | None:
    """Take a text out of a message; None: there is none."""
    for name in path[:-1]:
        fields = fields.get(name, {})
    value = fields.pop(path[-1], None)
    return value if isinstance(value, str) else None


def _fits(value: str, pattern: str) -> bool:
    parts = re.split(r"(\*\*|\*)", pattern)
    wild = {"**": ".+", "*": "[^/]+"}
    return bool(re.fullmatch("".join(wild.get(part, re.escape(part)) for part in parts), value))


def _parameters(fields: Mapping[str, JSON], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield query parameters; fields of messages are joined by dots, lists repeat their name."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from _parameters(value, f"{prefix}{name}.")
            continue
        for each in value if isinstance(value, list) else (value,):
            text = str(each).lower() if isinstance(each, bool) else str(each)
            yield f"{prefix}{name}", text
