"""REST requests as messages, by the methods' `google.api.http` annotations.

Source: https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from conformance.case import JSON
from conformance.contract import Contract
from conformance.protocols.rest_bindings import Binding, bindings_of, json_names


@dataclass(frozen=True, slots=True)
class RestRoute:
    """A method's address, and how its parts become fields."""

    method: MethodDescriptor
    binding: Binding
    pattern: re.Pattern[str]
    variables: tuple[str, ...]

    def request(self, target: str, raw: bytes) -> dict[str, JSON]:
        """Return the request in JSON; unknown query parameters are ignored, as at the edge.

        Raises:
            ValueError: the body is no JSON object.
        """
        path, _, query = target.partition("?")
        found = self._body(raw)
        for name, value in parse_qsl(query, keep_blank_values=True):
            self._set(found, name, value)
        matched = self.pattern.fullmatch(path)
        assert matched is not None
        for name, value in zip(self.variables, matched.groups(), strict=True):
            self._set(found, name, unquote(value))
        return found

    def _body(self, raw: bytes) -> dict[str, JSON]:
        """Return what the body says; where the method has none it means nothing."""
        if not raw or not self.binding.body:
            return {}
        body = json.loads(raw)
        if self.binding.body != "*":
            return {json_names(self.method.input_type, self.binding.body)[0][0]: body}
        if not isinstance(body, dict):
            raise ValueError("the body is no object")
        return body

    def _set(self, found: dict[str, JSON], path: str, value: str) -> None:
        names, field = json_names(self.method.input_type, path)
        if field is None:
            return
        for name in names[:-1]:
            found = found.setdefault(name, {})
        if field.is_repeated:
            found.setdefault(names[-1], []).append(_value(field, value))
        else:
            found[names[-1]] = _value(field, value)


class RestRoutes:
    """All addresses of a contract."""

    def __init__(self, contract: Contract) -> None:
        # The one that says most of a path is meant: `items/*:similar` before `items/*`.
        self._routes = sorted(_routes(contract), key=lambda route: -len(route.pattern.pattern))

    def find(self, verb: str, target: str) -> RestRoute | None:
        """Return the route of a request; None: there is none."""
        path = target.partition("?")[0]
        for route in self._routes:
            if route.binding.verb == verb and route.pattern.fullmatch(path):
                return route
        return None


def _routes(contract: Contract) -> Iterator[RestRoute]:
    for service in contract.services:
        for method in contract.pool.FindServiceByName(service).methods:
            for binding in bindings_of(contract, method):
                names = tuple(each.path for each in binding.variables())
                yield RestRoute(method, binding, binding.address_pattern(), names)


def _value(field: FieldDescriptor, text: str) -> JSON:
    """Return a query parameter as JSON; what JSON has as text is taken as it is."""
    if field.type == FieldDescriptor.TYPE_BOOL:
        return {"true": True, "false": False}.get(text, text)
    if field.type == FieldDescriptor.TYPE_ENUM and text.lstrip("-").isdecimal():
        return int(text)
    if field.message_type is not None and field.message_type.full_name.endswith("BoolValue"):
        return {"true": True, "false": False}.get(text, text)
    return text
