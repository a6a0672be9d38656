"""Items to and from the JSON that the embedded catalogue keeps: an array of their fields."""

from __future__ import annotations

from typing import Any, TypeAlias

import orjson

from server.catalog.item import Item
from server.core.errors import InvalidRequestError

Fields: TypeAlias = list[Any]
"""item id, title, attributes (lists for sets), active, available, expire, create and update
milliseconds, image. By place, because a million are taken apart when the catalogue opens."""


def encode(item: Item) -> str:
    """Return the item as JSON.

    Raises:
        InvalidRequestError: a string is not valid Unicode.
    """
    fields: Fields = [
        item.item_id,
        item.title,
        dict(item.attributes),
        item.is_active,
        item.available_ms,
        item.expire_ms,
        item.create_ms,
        item.update_ms,
        item.image_uri,
    ]
    try:
        return orjson.dumps(fields).decode()
    except orjson.JSONEncodeError as error:
        raise InvalidRequestError.of("item", f"cannot be stored: {error}") from error


def encode_deleted(item_id: str) -> str:
    """Return what is left of a deleted item."""
    return encode(Item(item_id=item_id, is_active=False))


def decode(fields: Fields) -> Item:
    """Return the item of parsed JSON."""
    item_id, title, attributes, is_active, available, expire, create, update, image = fields
    return Item(
        item_id=item_id,
        title=title,
        attributes={
            name: tuple(value) if isinstance(value, list) else value
            for name, value in attributes.items()
        },
        is_active=is_active,
        available_ms=available,
        expire_ms=expire,
        create_ms=create,
        update_ms=update,
        image_uri=image,
    )
