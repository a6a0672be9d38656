"""Attribute values and their declarations, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from server.catalog.item import Attribute, AttributeType, Schema
from server.core.errors import FieldViolation, InvalidRequestError, UnknownAttributeError
from server.core.item_columns import AttributeValue
from server.gateway.translation.field_masks import ALL, Paths
from server.gen.shortlist.v1 import item_pb2, user_pb2

_KINDS = {
    AttributeType.STRING: "string_value",
    AttributeType.TEXT: "string_value",
    AttributeType.STRINGS: "strings_value",
    AttributeType.NUMBER: "number_value",
    AttributeType.TIMESTAMP: "timestamp_value",
}


class _HasSchema(Protocol):
    def schema(self) -> Schema: ...


class DeclaredAttributes:
    """The catalogue's declarations by name, indexed anew only when the schema changes."""

    def __init__(self, catalog: _HasSchema) -> None:
        self._catalog = catalog
        self._schema: Schema | None = None
        self._items: Mapping[str, Attribute] = {}
        self._users: Mapping[str, Attribute] = {}

    def of_items(self) -> Mapping[str, Attribute]:
        """Return the item attributes."""
        self._refresh()
        return self._items

    def of_users(self) -> Mapping[str, Attribute]:
        """Return the user attributes."""
        self._refresh()
        return self._users

    def _refresh(self) -> None:
        schema = self._catalog.schema()
        if schema is not self._schema:
            self._items = MappingProxyType({each.name: each for each in schema.item_attributes})
            self._users = MappingProxyType({each.name: each for each in schema.user_attributes})
            self._schema = schema


def attributes_to_core(
    values: Mapping[str, item_pb2.AttributeValue], declared: Mapping[str, Attribute], path: str
) -> dict[str, AttributeValue]:
    """Return the values of a message's attributes; `path` is where they are in the request.

    Raises:
        UnknownAttributeError: an undeclared name.
        InvalidRequestError: a value of another type than declared.
    """
    unknown = [
        FieldViolation(f'{path}["{name}"]', "is not declared in the catalog")
        for name in values
        if name not in declared
    ]
    if unknown:
        names = ", ".join(sorted(name for name in values if name not in declared))
        raise UnknownAttributeError(f"undeclared attributes: {names}", unknown)
    return {
        name: _value_to_core(value, declared[name], f'{path}["{name}"]')
        for name, value in values.items()
    }


def _value_to_core(
    value: item_pb2.AttributeValue, attribute: Attribute, path: str
) -> AttributeValue:
    expected = _KINDS[attribute.type]
    given = value.WhichOneof("kind")
    if given != expected:
        raise InvalidRequestError.of(
            path, f"must be a {expected}, as {attribute.type.name} is declared, not {given}"
        )
    match attribute.type:
        case AttributeType.STRING | AttributeType.TEXT:
            return value.string_value
        case AttributeType.STRINGS:
            return tuple(dict.fromkeys(value.strings_value.values))
        case AttributeType.NUMBER:
            return value.number_value
        case AttributeType.TIMESTAMP:
            return float(value.timestamp_value.ToMilliseconds())


def write_attributes(
    values: Mapping[str, AttributeValue],
    declared: Mapping[str, Attribute],
    message: item_pb2.Item | user_pb2.User,
    paths: Paths = ALL,
) -> None:
    """Fill a message's attributes with the values that `paths` names."""
    for name, value in values.items():
        if paths.has_attribute(name):
            target = message.attributes[name]
            if isinstance(value, str):
                target.string_value = value
            elif isinstance(value, tuple):
                target.strings_value.values.extend(value)
                target.strings_value.SetInParent()
            elif name in declared and declared[name].type is AttributeType.TIMESTAMP:
                target.timestamp_value.FromMilliseconds(round(value))
            else:
                target.number_value = value


def declarations_to_core(attributes: Iterable[item_pb2.Attribute], path: str) -> list[Attribute]:
    """Return declared attributes.

    Raises:
        InvalidRequestError: a name that comes twice.
    """
    declared: dict[str, Attribute] = {}
    for index, each in enumerate(attributes):
        if each.name in declared:
            raise InvalidRequestError.of(f"{path}[{index}].name", f"{each.name!r} comes twice")
        declared[each.name] = Attribute(
            each.name, AttributeType(each.type), each.filterable, each.feature
        )
    return list(declared.values())


def catalog_message(schema: Schema, item_count: int) -> item_pb2.Catalog:
    """Return the catalogue's resource."""
    message = item_pb2.Catalog(
        name="catalog",
        item_attributes=map(_declaration_message, schema.item_attributes),
        user_attributes=map(_declaration_message, schema.user_attributes),
        item_count=item_count,
    )
    if schema.update_ms:
        message.update_time.FromMilliseconds(schema.update_ms)
    return message


def _declaration_message(attribute: Attribute) -> item_pb2.Attribute:
    return item_pb2.Attribute(
        name=attribute.name,
        type=item_pb2.AttributeType.ValueType(attribute.type),
        filterable=attribute.is_filterable,
        feature=attribute.is_feature,
    )
