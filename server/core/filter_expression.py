"""Filters over declared item attributes, compiled once and evaluated on columns.

`genre = "Fantasy" AND price < 20 OR tags:award* -author = "Unknown"`; the language is AIP-160's
(see filter_syntax). Names are the declared filterable attributes and the built-in `item_id`,
`create_time` and `available_time`, which come before attributes of the same name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

import numpy as np

from server.core.batch import Mask, Rows
from server.core.errors import UnknownAttributeError
from server.core.filter_conditions import (
    Condition,
    item_id_condition,
    number_condition,
    string_condition,
    strings_condition,
    time_condition,
)
from server.core.filter_syntax import Conjunction, Negation, Restriction, Tree, parse
from server.core.item_columns import ItemColumns


class FieldKind(StrEnum):
    """What an attribute holds."""

    STRING = "string"
    STRINGS = "strings"
    NUMBER = "number"
    TIMESTAMP = "timestamp"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class FilterField:
    """A declared attribute, as far as filters care."""

    kind: FieldKind
    is_filterable: bool = True


@dataclass(frozen=True, slots=True)
class Predicate:
    """A compiled filter."""

    text: str
    condition: Condition | None

    def __call__(self, items: ItemColumns) -> Mask:
        """Return (M,) which rows of the view match, whether or not they may be shown."""
        if self.condition is None:
            return np.ones(items.size, np.bool_)
        return self.condition(items, None)[: items.size]

    def matching(self, items: ItemColumns, rows: Rows) -> Mask:
        """Return (N,) which of the rows match; rows outside the view do not."""
        inside: Mask = (rows >= 0) & (rows < items.size)
        if self.condition is None or not inside.any():
            return inside
        return inside & self.condition(items, np.where(inside, rows, 0))


def compile_filter(text: str, fields: Mapping[str, FilterField]) -> Predicate:
    """Return the predicate of a filter; an empty filter matches everything.

    Args:
        fields: the declared attributes by name.

    Raises:
        InvalidFilterError: wrong syntax, or a value of the wrong type; the message says where.
        UnknownAttributeError: a name that is not declared, or not filterable.
    """
    tree = parse(text)
    return Predicate(text, None if tree is None else _condition(tree, fields))


def _condition(tree: Tree, fields: Mapping[str, FilterField]) -> Condition:
    if isinstance(tree, Restriction):
        return _restriction(tree, fields)
    if isinstance(tree, Negation):
        negated = _condition(tree.part, fields)
        return lambda items, rows: ~negated(items, rows)
    parts = [_condition(part, fields) for part in tree.parts]
    join = np.logical_and if isinstance(tree, Conjunction) else np.logical_or
    return lambda items, rows: reduce(join, [part(items, rows) for part in parts])


_BUILT_IN: Mapping[str, Callable[[Restriction], Condition]] = {
    "item_id": item_id_condition,
    "create_time": lambda each: time_condition(each, lambda items, _: items.create_ms),
    "available_time": lambda each: time_condition(each, lambda items, _: items.available_ms),
}
_BY_KIND: Mapping[FieldKind, Callable[[Restriction], Condition]] = {
    FieldKind.STRING: string_condition,
    FieldKind.STRINGS: strings_condition,
    FieldKind.NUMBER: number_condition,
    FieldKind.TIMESTAMP: time_condition,
}


def _restriction(tree: Restriction, fields: Mapping[str, FilterField]) -> Condition:
    name = tree.name.text
    if name in _BUILT_IN:
        return _BUILT_IN[name](tree)
    field = fields.get(name)
    if field is None:
        raise _unknown(tree, "is not declared in the catalog")
    if not field.is_filterable:
        raise _unknown(tree, "is not declared as filterable")
    if field.kind is FieldKind.TEXT:
        raise _unknown(tree, "is free text, which cannot be filtered")
    return _BY_KIND[field.kind](tree)


def _unknown(tree: Restriction, problem: str) -> UnknownAttributeError:
    return UnknownAttributeError.of(
        "filter", f"at character {tree.name.position + 1}: attribute {tree.name.text!r} {problem}"
    )
