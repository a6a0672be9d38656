"""Messages and enums as JSON schemas of their proto3 JSON form."""

from __future__ import annotations

from typing import Any, TypeAlias

from sdk.generator.api_model import Enum, Field, Kind, Message
from sdk.generator.documentation import paragraphs
from sdk.generator.openapi.source import Source

Json: TypeAlias = dict[str, Any]

_SCALARS: dict[Kind, Json] = {
    Kind.BOOL: {"type": "boolean"},
    Kind.INT32: {"type": "integer", "format": "int32"},
    Kind.UINT32: {"type": "integer", "format": "int32", "minimum": 0},
    # A text, because a JSON number loses digits past 2^53 in many languages.
    Kind.INT64: {"type": "string", "format": "int64"},
    Kind.UINT64: {"type": "string", "format": "uint64"},
    Kind.FLOAT: {"type": "number", "format": "float"},
    Kind.DOUBLE: {"type": "number", "format": "double"},
    Kind.STRING: {"type": "string"},
    Kind.BYTES: {"type": "string", "contentEncoding": "base64"},
}
_JSON_FORMS: dict[str, Json] = {
    "Any": {
        "type": "object",
        "description": "A message of the type that `@type` names, with its fields.",
        "properties": {"@type": {"type": "string"}},
        "required": ["@type"],
        "additionalProperties": True,
    },
    "Duration": {"type": "string", "description": "Seconds, such as `1.5s`."},
    "Empty": {"type": "object"},
    "FieldMask": {"type": "string", "description": "Comma-separated paths, such as `title`."},
    "ListValue": {"type": "array", "items": {}},
    "NullValue": {"type": "null"},
    "Struct": {"type": "object", "additionalProperties": True},
    "Timestamp": {"type": "string", "format": "date-time"},
    "Value": {},
    "BoolValue": {"type": ["boolean", "null"]},
    "BytesValue": {"type": ["string", "null"], "contentEncoding": "base64"},
    "DoubleValue": {"type": ["number", "null"]},
    "FloatValue": {"type": ["number", "null"]},
    "Int32Value": {"type": ["integer", "null"]},
    "Int64Value": {"type": ["string", "null"], "format": "int64"},
    "StringValue": {"type": ["string", "null"]},
    "UInt32Value": {"type": ["integer", "null"]},
    "UInt64Value": {"type": ["string", "null"], "format": "uint64"},
}
_WELL_KNOWN = "google.protobuf."


class Schemas:
    """Schemas by need: asking for a reference puts what it leads to into `components`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._made: dict[str, Json] = {}

    def components(self) -> dict[str, Json]:
        """Return the schemas that were asked for, with all that they use, by name."""
        return dict(sorted(self._made.items()))

    def of_type(self, full_name: str) -> Json:
        """Return a reference to a message or enum, or its schema if protobuf gives it one."""
        if full_name.startswith(_WELL_KNOWN):
            return dict(_JSON_FORMS[full_name.removeprefix(_WELL_KNOWN)])
        if full_name not in self._made:
            # Entered before it is filled: a message may hold itself.
            schema = self._made[full_name] = {}
            found = self._source.types[full_name]
            schema.update(self._message(found) if isinstance(found, Message) else _enum(found))
        return {"$ref": f"#/components/schemas/{full_name}"}

    def of_field(self, field: Field) -> Json:
        """Return what a field holds, with its comment."""
        schema = self._value(field)
        if field.is_map:
            schema = {"type": "object", "additionalProperties": schema}
        elif field.is_repeated:
            schema = {"type": "array", "items": schema}
        docs = describe(field.docs)
        if docs:
            # Beside a reference, a description is the field's, not the type's.
            schema = {**schema, "description": docs}
        if field.is_deprecated:
            schema["deprecated"] = True
        return schema

    def _value(self, field: Field) -> Json:
        if field.kind in (Kind.MESSAGE, Kind.ENUM):
            return self.of_type(field.type_name)
        return dict(_SCALARS[field.kind])

    def _message(self, message: Message) -> Json:
        schema: Json = {"type": "object"}
        docs = describe(message.docs)
        choices = sorted({field.oneof for field in message.fields if field.oneof})
        for choice in choices:
            names = [f"`{f.json_name}`" for f in message.fields if f.oneof == choice]
            docs = f"{docs}\n\nAt most one of {', '.join(names)}.".strip()
        if docs:
            schema["description"] = docs
        if message.fields:
            schema["properties"] = {f.json_name: self.of_field(f) for f in message.fields}
        required = [field.json_name for field in message.fields if field.is_required]
        if required:
            schema["required"] = required
        return schema


def _enum(enum: Enum) -> Json:
    lines = [f"- `{value.name}`: {describe(value.docs)}" for value in enum.values if value.docs]
    docs = "\n\n".join(part for part in (describe(enum.docs), "\n".join(lines)) if part)
    return {
        "type": "string",
        "description": docs,
        "enum": [value.name for value in enum.values],
    }


def describe(docs: str) -> str:
    """Return a comment as Markdown: each paragraph on a line."""
    return "\n\n".join(paragraphs(docs))
