"""Items, both ways, and what an update changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from google.protobuf.field_mask_pb2 import FieldMask

from server.catalog.item import Attribute, Item
from server.core.errors import ItemNotFoundError
from server.core.item_columns import AttributeValue
from server.gateway.translation.attributes import attributes_to_core, write_attributes
from server.gateway.translation.field_masks import ALL, ATTRIBUTES, Paths, parse_mask
from server.gen.shortlist.v1 import item_pb2

PREFIX = "items/"
FIELDS = frozenset(item_pb2.Item.DESCRIPTOR.fields_by_name)


def item_id_of(name: str) -> str:
    """Return the id in a resource name."""
    return name.removeprefix(PREFIX)


def item_to_core(message: item_pb2.Item, declared: Mapping[str, Attribute], path: str) -> Item:
    """Return a checked item; the fields that the server sets are left out.

    Raises:
        UnknownAttributeError, InvalidRequestError.
    """
    available = message.available_time if message.HasField("available_time") else None
    expire = message.expire_time if message.HasField("expire_time") else None
    return Item(
        item_id=item_id_of(message.name),
        title=message.title,
        attributes=attributes_to_core(message.attributes, declared, f"{path}attributes"),
        available_ms=None if available is None else available.ToMilliseconds(),
        expire_ms=None if expire is None else expire.ToMilliseconds(),
        is_active=message.state != item_pb2.ITEM_STATE_UNAVAILABLE,
        image_uri=message.image_uri,
    )


def item_message(
    item: Item, declared: Mapping[str, Attribute], paths: Paths = ALL
) -> item_pb2.Item:
    """Return the fields of an item that `paths` names."""
    message = item_pb2.Item()
    if paths.has("name"):
        message.name = PREFIX + item.item_id
    if paths.has("title"):
        message.title = item.title
    if paths.is_all or paths.attributes or ATTRIBUTES in paths.fields:
        write_attributes(item.attributes, declared, message, paths)
    if paths.has("available_time") and item.available_ms is not None:
        message.available_time.FromMilliseconds(item.available_ms)
    if paths.has("expire_time") and item.expire_ms is not None:
        message.expire_time.FromMilliseconds(item.expire_ms)
    if paths.has("state"):
        message.state = (
            item_pb2.ITEM_STATE_ACTIVE if item.is_active else item_pb2.ITEM_STATE_UNAVAILABLE
        )
    if paths.has("create_time") and item.create_ms is not None:
        message.create_time.FromMilliseconds(item.create_ms)
    if paths.has("update_time") and item.update_ms is not None:
        message.update_time.FromMilliseconds(item.update_ms)
    if paths.has("image_uri"):
        message.image_uri = item.image_uri
    return message


def item_paths(mask: FieldMask, field: str, declared: Mapping[str, Attribute]) -> Paths:
    """Return what a mask over items names.

    Raises:
        InvalidRequestError, UnknownAttributeError.
    """
    return parse_mask(mask, field, fields=FIELDS, attributes=declared)


def populated_item_paths(message: item_pb2.Item) -> Paths:
    """Return what an update without a mask changes: the fields that are set, and each attribute
    for itself."""
    fields = {field.name for field, _ in message.ListFields()} - {ATTRIBUTES}
    return Paths(frozenset(fields), frozenset(message.attributes))


def updated_item(current: Item | None, written: Item, paths: Paths, *, allow_missing: bool) -> Item:
    """Return the item after an update; fields that the server sets are not changed.

    Without a current item, and if that is allowed, all of `written` counts.

    Raises:
        ItemNotFoundError: there is no item, and `allow_missing` is not set.
    """
    if current is None:
        if not allow_missing:
            raise ItemNotFoundError(written.item_id)
        return written
    return replace(
        current,
        title=written.title if paths.has("title") else current.title,
        attributes=updated_attributes(current.attributes, written.attributes, paths),
        available_ms=written.available_ms if paths.has("available_time") else current.available_ms,
        expire_ms=written.expire_ms if paths.has("expire_time") else current.expire_ms,
        is_active=written.is_active if paths.has("state") else current.is_active,
        image_uri=written.image_uri if paths.has("image_uri") else current.image_uri,
    )


def updated_attributes(
    current: Mapping[str, AttributeValue], written: Mapping[str, AttributeValue], paths: Paths
) -> Mapping[str, AttributeValue]:
    """Return attributes after an update: a named one that is not written is removed."""
    if paths.has(ATTRIBUTES):
        return written
    kept = {name: value for name, value in current.items() if name not in paths.attributes}
    return kept | {name: written[name] for name in paths.attributes if name in written}
