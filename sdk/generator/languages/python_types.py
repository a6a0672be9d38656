"""How protos' names and types are written in Python; messages are betterproto2's."""

from __future__ import annotations

from betterproto2_compiler.compile.naming import pythonize_class_name, pythonize_field_name

from sdk.generator.api_model import Api, Enum, Field, Kind, Message
from sdk.generator.documentation import wrap
from sdk.generator.naming import snake

_SCALARS = {
    Kind.BOOL: "bool",
    Kind.INT32: "int",
    Kind.UINT32: "int",
    Kind.INT64: "int",
    Kind.UINT64: "int",
    Kind.FLOAT: "float",
    Kind.DOUBLE: "float",
    Kind.STRING: "str",
    Kind.BYTES: "bytes",
}
# Messages that betterproto2 shows as Python's own values.
_UNWRAPPED = {
    "google.protobuf.BoolValue": "bool",
    "google.protobuf.BytesValue": "bytes",
    "google.protobuf.DoubleValue": "float",
    "google.protobuf.Duration": "datetime.timedelta",
    "google.protobuf.FloatValue": "float",
    "google.protobuf.Int32Value": "int",
    "google.protobuf.Int64Value": "int",
    "google.protobuf.StringValue": "str",
    "google.protobuf.Timestamp": "datetime.datetime",
    "google.protobuf.UInt32Value": "int",
    "google.protobuf.UInt64Value": "int",
}


class PythonTypes:
    """Types of one API, as seen from a module in a package of the client package."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.package = f"{snake(api.name)}_sdk"

    def module(self, package: str) -> tuple[str, ...]:
        """Return the module of a proto package, below the client package.

        `shortlist.v1` is `v1`, `shortlist.admin.v1` is `admin.v1`; packages of others are private.
        """
        if package in self._api.packages:
            return tuple(package.split(".")[1:])
        return ("_messages", *package.split("."))

    def alias(self, package: str) -> str:
        """Return the name under which modules import the module of a package: `admin_v1`."""
        parts = self.module(package)
        return "_".join(parts) if package in self._api.packages else parts[-1]

    def import_of(self, package: str) -> str:
        """Return the import of a package's module."""
        *outer, last = self.module(package)
        alias = self.alias(package)
        named = last if alias == last else f"{last} as {alias}"
        return f"from {'.'.join((self.package, *outer))} import {named}"

    def name(self, full_name: str) -> str:
        """Return the class of a message or enum, without its module."""
        return pythonize_class_name(self._api.type(full_name).name)

    def reference(self, full_name: str) -> str:
        """Return the class with its module's alias: `v1.Item`."""
        return f"{self.alias(self._api.type(full_name).package)}.{self.name(full_name)}"

    def is_unwrapped(self, full_name: str) -> bool:
        """Tell whether betterproto2 shows the message as a value of Python's own."""
        return full_name in _UNWRAPPED

    def annotation(self, field: Field) -> str:
        """Return what a caller may give for a field."""
        one = self._one(field)
        if field.map_key is not None:
            return f"dict[{_SCALARS[field.map_key]}, {one}]"
        if field.is_repeated:
            return f"list[{one}]"
        return f"{one} | None" if field.has_presence else one

    def _one(self, field: Field) -> str:
        if not field.type_name:
            return _SCALARS[field.kind]
        return _UNWRAPPED.get(field.type_name) or self.reference(field.type_name)

    def enum_member(self, enum_name: str, value: str) -> str:
        """Return a value of an enum without its class: `CLICK`."""
        enum = self._api.type(enum_name)
        values = enum.values if isinstance(enum, Enum) else ()
        return next(each.short_name for each in values if each.name == value)

    def packages_of(self, messages: list[Message]) -> set[str]:
        """Return the packages whose classes the annotations of the messages' fields name."""
        names = {f.type_name for each in messages for f in each.fields if f.type_name}
        return {self._api.type(name).package for name in names - _UNWRAPPED.keys()}


def field_name(name: str) -> str:
    """Return a field's name, which is not a keyword."""
    return pythonize_field_name(name)


def docstring(docs: str, indent: int = 4) -> str:
    """Return a docstring, indented."""
    margin = " " * indent
    lines = [_escaped(line) for line in wrap(docs, 92 - indent)]
    if len(lines) == 1:
        return f'{margin}"""{lines[0]}"""'
    body = "\n".join(f"{margin}{line}".rstrip() for line in lines[1:])
    return f'{margin}"""{lines[0]}\n{body}\n{margin}"""'


def _escaped(line: str) -> str:
    escaped = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    # A quote before the closing ones would join them.
    return f'{escaped[:-1]}\\"' if escaped.endswith('"') else escaped
