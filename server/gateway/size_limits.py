"""How large a request can be that keeps to the contract: the sum of what its fields may hold.

What is larger is refused before it is parsed, so that nobody waits for it.
"""

from __future__ import annotations

import math
from typing import Any, Final, TypeAlias

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from server.gen.buf.validate import validate_pb2

# `StringRules`, `RepeatedRules` ...: whatever the kind of field has.
Rules: TypeAlias = Any

# A character is at most four bytes; a pattern of the contract is an id or a name in ASCII.
_CHARACTER: Final = 4
_PATTERN: Final = 256
# Masks name fields of ours; texts without a limit of their own are names and tokens.
_MASK: Final = 64 * 1024
_TEXT: Final = 4096
# Of a field: its number, its length, or a number in full.
_FRAME: Final = 16
_MASK_NAME: Final = "google.protobuf.FieldMask"
# For what a newer client adds, and for what is too much but can still be said field by field.
_ROOM: Final = 1024 * 1024


def size_limit(request: Descriptor) -> float:
    """Return the most bytes that a request of a type may have: a mebibyte more than the contract
    allows. Infinite: it does not say."""
    return _size(request) + _ROOM


def _size(message: Descriptor) -> float:
    """Return the most bytes of a message that keeps to its constraints."""
    if message.full_name == _MASK_NAME:
        return _MASK
    return sum(_field_size(field) for field in message.fields)


def _field_size(field: FieldDescriptor) -> float:
    rules = field.GetOptions().Extensions[validate_pb2.field]
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name
        key = _value_size(entry["key"], rules.map.keys)
        value = _value_size(entry["value"], rules.map.values)
        return (rules.map.max_pairs or math.inf) * (_FRAME + key + value)
    if field.is_repeated:
        count = rules.repeated.max_items or math.inf
        return count * _value_size(field, rules.repeated.items)
    return _value_size(field, rules)


def _value_size(field: FieldDescriptor, rules: Rules) -> float:
    if field.message_type is not None:
        return _FRAME + _size(field.message_type)
    if field.type not in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
        return _FRAME
    if rules.string.HasField("max_len"):
        return _FRAME + _CHARACTER * int(rules.string.max_len)
    return _FRAME + (_PATTERN if rules.string.HasField("pattern") else _TEXT)
