"""Messages and enums of a file, nested ones among them."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf import descriptor_pb2 as pb

from sdk.generator.api_model import Enum, EnumValue, Field, Kind, Message
from sdk.generator.naming import upper_snake
from sdk.generator.proto_options import DescriptorReader

# Types of google.protobuf with a JSON form of their own.
JSON_FORMS = frozenset(
    f"google.protobuf.{name}"
    for name in (
        "Any",
        "BoolValue",
        "BytesValue",
        "DoubleValue",
        "Duration",
        "Empty",
        "FieldMask",
        "FloatValue",
        "Int32Value",
        "Int64Value",
        "ListValue",
        "NullValue",
        "StringValue",
        "Struct",
        "Timestamp",
        "UInt32Value",
        "UInt64Value",
        "Value",
    )
)
_F = pb.FieldDescriptorProto
_KINDS = {
    _F.TYPE_BOOL: Kind.BOOL,
    _F.TYPE_INT32: Kind.INT32,
    _F.TYPE_SINT32: Kind.INT32,
    _F.TYPE_SFIXED32: Kind.INT32,
    _F.TYPE_UINT32: Kind.UINT32,
    _F.TYPE_FIXED32: Kind.UINT32,
    _F.TYPE_INT64: Kind.INT64,
    _F.TYPE_SINT64: Kind.INT64,
    _F.TYPE_SFIXED64: Kind.INT64,
    _F.TYPE_UINT64: Kind.UINT64,
    _F.TYPE_FIXED64: Kind.UINT64,
    _F.TYPE_FLOAT: Kind.FLOAT,
    _F.TYPE_DOUBLE: Kind.DOUBLE,
    _F.TYPE_STRING: Kind.STRING,
    _F.TYPE_BYTES: Kind.BYTES,
    _F.TYPE_ENUM: Kind.ENUM,
    _F.TYPE_MESSAGE: Kind.MESSAGE,
}


def read_types(file: pb.FileDescriptorProto, reader: DescriptorReader) -> Iterator[Message | Enum]:
    """Yield the messages and enums of a file.

    Raises:
        UnservableError: a field can't be carried.
    """
    for index, enum in enumerate(file.enum_type):
        yield _enum(file, enum, "", reader, (5, index))
    for index, message in enumerate(file.message_type):
        yield from _messages(file, message, "", reader, (4, index))


def _messages(
    file: pb.FileDescriptorProto,
    message: pb.DescriptorProto,
    outer: str,
    reader: DescriptorReader,
    path: tuple[int, ...],
) -> Iterator[Message | Enum]:
    name = f"{outer}{message.name}"
    entries = {
        f".{file.package}.{name}.{nested.name}": nested
        for nested in message.nested_type
        if nested.options.map_entry
    }
    full_name = f"{file.package}.{name}"
    yield Message(
        name=name,
        full_name=full_name,
        package=file.package,
        file=file.name,
        fields=tuple(
            _field(field, message, entries, reader, (*path, 2, index))
            for index, field in enumerate(message.field)
        ),
        is_well_known=full_name in JSON_FORMS,
        docs=reader.docs(path),
    )
    for index, enum in enumerate(message.enum_type):
        yield _enum(file, enum, f"{name}.", reader, (*path, 4, index))
    for index, nested in enumerate(message.nested_type):
        if not nested.options.map_entry:
            yield from _messages(file, nested, f"{name}.", reader, (*path, 3, index))


def _field(
    field: pb.FieldDescriptorProto,
    message: pb.DescriptorProto,
    entries: dict[str, pb.DescriptorProto],
    reader: DescriptorReader,
    path: tuple[int, ...],
) -> Field:
    if field.type not in _KINDS:
        raise reader.error(path, f"{message.name}.{field.name}: groups are not served")
    entry = entries.get(field.type_name)
    value = entry.field[1] if entry else field
    in_oneof = field.HasField("oneof_index") and not field.proto3_optional
    is_repeated = field.label == _F.LABEL_REPEATED and not entry
    kind = _KINDS[value.type]
    return Field(
        name=field.name,
        json_name=field.json_name,
        number=field.number,
        kind=kind,
        type_name=value.type_name.removeprefix("."),
        is_repeated=is_repeated,
        map_key=_KINDS[entry.field[0].type] if entry else None,
        oneof=message.oneof_decl[field.oneof_index].name if in_oneof else "",
        has_presence=not entry
        and not is_repeated
        and (kind is Kind.MESSAGE or in_oneof or field.proto3_optional),
        is_required=reader.is_required(field),
        is_deprecated=field.options.deprecated,
        docs=reader.docs(path),
    )


def _enum(
    file: pb.FileDescriptorProto,
    enum: pb.EnumDescriptorProto,
    outer: str,
    reader: DescriptorReader,
    path: tuple[int, ...],
) -> Enum:
    prefix = enum_prefix(enum)
    return Enum(
        name=f"{outer}{enum.name}",
        full_name=f"{file.package}.{outer}{enum.name}",
        package=file.package,
        file=file.name,
        values=tuple(
            EnumValue(
                name=value.name,
                short_name=value.name.removeprefix(prefix),
                number=value.number,
                is_deprecated=value.options.deprecated,
                docs=reader.docs((*path, 2, index)),
            )
            for index, value in enumerate(enum.value)
        ),
        docs=reader.docs(path),
    )


def enum_prefix(enum: pb.EnumDescriptorProto) -> str:
    """Return what all names of an enum's values begin with by convention, else nothing.

    `EVENT_TYPE_` of `EventType`; nothing where a name would be left that begins with a digit.
    """
    prefix = f"{upper_snake(enum.name)}_"
    rests = [v.name.removeprefix(prefix) for v in enum.value if v.name.startswith(prefix)]
    if len(rests) < len(enum.value) or any(not rest or rest[0].isdigit() for rest in rests):
        return ""
    return prefix
