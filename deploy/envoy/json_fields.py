"""The names that requests may have in JSON, for the scripts that tell callers of a wrong one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from google.protobuf import descriptor_pb2 as pb

from deploy.envoy.contract import EdgeContract

# Of a map, whose keys may have any name; and a value whose inside has no names of ours.
ANY_NAME = "*"
OPAQUE = 0
_WELL_KNOWN = ".google.protobuf."


@dataclass(slots=True)
class JsonFields:
    """The messages that requests are made of, by number, from 1.

    Attributes:
        types: of each message its fields, by either name, each with the number of its type.
        requests: the number of each method's request, by path.
        bodies: the number of what its REST body holds, for the methods that have one.
        prefixes: the field that the body is, with a dot; empty: the whole request.
    """

    types: list[dict[str, int]] = field(default_factory=list)
    requests: dict[str, int] = field(default_factory=dict)
    bodies: dict[str, int] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)


def json_fields(contract: EdgeContract) -> JsonFields:
    """Return the names of all methods' requests."""
    numbering = _Numbering(dict(_messages(contract.file_set)))
    found = JsonFields(types=numbering.types)
    for method in contract.methods:
        if not method.bindings or method.is_streaming:
            continue
        request = found.requests[method.path] = numbering.number(method.request)
        if method.body == "*":
            found.bodies[method.path], found.prefixes[method.path] = request, ""
        elif method.body:
            found.bodies[method.path] = found.types[request - 1][method.body]
            found.prefixes[method.path] = f"{method.body}."
    return found


class _Numbering:
    """Gives each message that is reached a number."""

    def __init__(self, messages: dict[str, pb.DescriptorProto]) -> None:
        self._messages = messages
        self._numbers: dict[str, int] = {}
        self.types: list[dict[str, int]] = []

    def number(self, name: str) -> int:
        """Return the number of a message; `name` begins with a dot."""
        if name.startswith(_WELL_KNOWN):
            return OPAQUE
        if name not in self._numbers:
            names: dict[str, int] = {}
            self.types.append(names)
            self._numbers[name] = len(self.types)
            message = self._messages[name]
            for each in message.field:
                number = self.number(each.type_name) if each.type == each.TYPE_MESSAGE else OPAQUE
                if message.options.map_entry:
                    names[ANY_NAME] = number
                else:
                    names[each.name] = names[each.json_name] = number
        return self._numbers[name]


def _messages(file_set: pb.FileDescriptorSet) -> Iterator[tuple[str, pb.DescriptorProto]]:
    for file in file_set.file:
        for message in file.message_type:
            yield from _with_nested(f".{file.package}.{message.name}", message)


def _with_nested(
    name: str, message: pb.DescriptorProto
) -> Iterator[tuple[str, pb.DescriptorProto]]:
    yield name, message
    for nested in message.nested_type:
        yield from _with_nested(f"{name}.{nested.name}", nested)
