"""Messages and enums of google.protobuf."""

from music_sdk._messages.google.protobuf import (
    Any,
    Empty,
    FieldMask,
    ListValue,
    NullValue,
    Struct,
    Value,
)

__all__ = [
    "Any",
    "Empty",
    "FieldMask",
    "ListValue",
    "NullValue",
    "Struct",
    "Value",
]
