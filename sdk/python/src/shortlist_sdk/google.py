"""Messages and enums of google.protobuf."""

from shortlist_sdk._messages.google.protobuf import (
    Any,
    Empty,
    FieldMask,
)

__all__ = [
    "Any",
    "Empty",
    "FieldMask",
]
