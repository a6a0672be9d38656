"""Update masks over any message, its fields within fields included.

Source: AIP-134 and AIP-161.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar, cast

from google.protobuf.descriptor import Descriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message

from server.core.errors import InvalidRequestError

AnyMessage = TypeVar("AnyMessage", bound=Message)


def masked(
    current: AnyMessage, written: AnyMessage, mask: FieldMask, *, fixed: Collection[str]
) -> AnyMessage:
    """Return `current` with the fields of `written` that a mask names; unset ones are cleared.

    An empty mask names what is set in `written`, `*` names everything.

    Args:
        fixed: fields that an update does not change, whether or not they are named.

    Raises:
        InvalidRequestError: a path that is no field.
    """
    descriptor = cast(Descriptor, current.DESCRIPTOR)
    paths = list(mask.paths) or [field.name for field, _ in written.ListFields()]
    if "*" in paths:
        paths = [field.name for field in descriptor.fields]
    result = type(current)()
    result.CopyFrom(current)
    for path in paths:
        parts = path.split(".")
        if not _is_field(descriptor, parts):
            raise InvalidRequestError.of("update_mask", f"{path!r} is not a field")
        if parts[0] not in fixed:
            _copy(written, result, parts)
    return result


def _is_field(descriptor: Descriptor | None, parts: list[str]) -> bool:
    for part in parts:
        field = None if descriptor is None else descriptor.fields_by_name.get(part)
        if field is None:
            return False
        descriptor = None if field.is_repeated else field.message_type
    return True


def _copy(source: Message, target: Message, parts: list[str]) -> None:
    *parents, name = parts
    for parent in parents:
        if not (source.HasField(parent) or target.HasField(parent)):
            return
        source, target = getattr(source, parent), getattr(target, parent)
    target.ClearField(name)
    field = target.DESCRIPTOR.fields_by_name[name]
    if field.is_repeated:
        getattr(target, name).MergeFrom(getattr(source, name))
    elif field.message_type is None:
        setattr(target, name, getattr(source, name))
    elif source.HasField(name):
        getattr(target, name).CopyFrom(getattr(source, name))
        getattr(target, name).SetInParent()
