"""Items and the attribute schema, as the catalogue keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from server.core.item_columns import AttributeValue


class AttributeType(IntEnum):
    """Numbers are those of `shortlist.v1.AttributeType`."""

    STRING = 1
    STRINGS = 2
    NUMBER = 3
    TIMESTAMP = 4
    TEXT = 5


@dataclass(frozen=True, slots=True)
class Attribute:
    """Declares one attribute."""

    name: str
    type: AttributeType
    is_filterable: bool = False
    is_feature: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The declared attributes; additive only."""

    item_attributes: tuple[Attribute, ...] = ()
    user_attributes: tuple[Attribute, ...] = ()
    update_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item to be written or as written; times are milliseconds, None: open or not set yet.

    `attributes` values have their declared type (see `AttributeValue`).
    """

    item_id: str
    title: str = ""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    available_ms: int | None = None
    expire_ms: int | None = None
    is_active: bool = True
    image_uri: str = ""
    create_ms: int | None = None
    update_ms: int | None = None
