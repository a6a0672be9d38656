"""Checking attribute values against the declared schema."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from server.catalog.item import Attribute, AttributeType, Schema
from server.core.errors import InvalidRequestError, UnknownAttributeError
from server.core.item_columns import AttributeValue

_KINDS = {
    AttributeType.STRING: "a string",
    AttributeType.STRINGS: "a list of strings",
    AttributeType.NUMBER: "a finite number",
    AttributeType.TIMESTAMP: "a timestamp",
    AttributeType.TEXT: "a string",
}


def by_name(attributes: Sequence[Attribute]) -> dict[str, Attribute]:
    """Return the attributes by name."""
    return {attribute.name: attribute for attribute in attributes}


def checked_values(
    declared: Mapping[str, Attribute],
    values: Mapping[str, AttributeValue],
    *,
    owner: str = "item",
) -> dict[str, AttributeValue]:
    """Return the values in their declared types: sets without duplicates, numbers as floats.

    Args:
        owner: `item` or `user`, the field's beginning in the error.

    Raises:
        UnknownAttributeError: a name is not declared.
        InvalidRequestError: a value has another type than declared.
    """
    checked: dict[str, AttributeValue] = {}
    for name, value in values.items():
        attribute = declared.get(name)
        field = f'{owner}.attributes["{name}"]'
        if attribute is None:
            raise UnknownAttributeError.of(field, "not declared in the catalogue")
        clean = _clean(attribute.type, value)
        if clean is None:
            raise InvalidRequestError.of(field, f"must be {_KINDS[attribute.type]}")
        checked[name] = clean
    return checked


def _clean(kind: AttributeType, value: AttributeValue) -> AttributeValue | None:
    """Return the value in its declared type, None if it has another."""
    if kind in (AttributeType.STRING, AttributeType.TEXT):
        return value if isinstance(value, str) else None
    if kind is AttributeType.STRINGS:
        if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
            return tuple(dict.fromkeys(value))
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def extended(
    schema: Schema,
    item_attributes: Sequence[Attribute],
    user_attributes: Sequence[Attribute],
    now_ms: int,
) -> Schema:
    """Return the schema with attributes added, or with their flags changed.

    Raises:
        InvalidRequestError: a type would change, or a name occurs twice.
    """
    return Schema(
        item_attributes=_merged(schema.item_attributes, item_attributes, "item_attributes"),
        user_attributes=_merged(schema.user_attributes, user_attributes, "user_attributes"),
        update_ms=now_ms,
    )


def _merged(
    before: Sequence[Attribute], changes: Sequence[Attribute], field: str
) -> tuple[Attribute, ...]:
    merged = by_name(before)
    for index, attribute in enumerate(changes):
        known = merged.get(attribute.name)
        if known is not None and known.type is not attribute.type:
            raise InvalidRequestError.of(
                f"catalog.{field}[{index}].type",
                f"{attribute.name!r} is declared as {known.type.name} and cannot change",
            )
        merged[attribute.name] = attribute
    if len({attribute.name for attribute in changes}) < len(changes):
        raise InvalidRequestError.of(f"catalog.{field}", "a name occurs twice")
    return tuple(merged.values())
