"""Request filters, compiled once and evaluated once per catalogue view."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import TypeVar

from server.catalog.item import Schema
from server.core.batch import Mask
from server.core.filter_expression import FieldKind, FilterField, Predicate, compile_filter
from server.core.item_columns import ItemColumns

# Evaluating more rows than this leaves the event loop.
_LOOP_ROWS = 50_000

Key = TypeVar("Key")
Value = TypeVar("Value")


def filter_fields(schema: Schema) -> Mapping[str, FilterField]:
    """Return what filters may use of the declared item attributes."""
    return {
        attribute.name: FilterField(FieldKind(attribute.type.name.lower()), attribute.is_filterable)
        for attribute in schema.item_attributes
    }


class FilterMasks:
    """The latest masks and predicates, each kept until `capacity` others were used."""

    def __init__(self, capacity: int = 64) -> None:
        self._capacity = capacity
        self._schema: Schema | None = None
        self._fields: Mapping[str, FilterField] = {}
        self._predicates: OrderedDict[str, Predicate] = OrderedDict()
        self._masks: OrderedDict[tuple[str, int], Mask] = OrderedDict()

    def predicate(self, text: str, schema: Schema) -> Predicate:
        """Compile a filter.

        Raises:
            InvalidFilterError, UnknownAttributeError.
        """
        if schema is not self._schema:
            self._schema, self._fields = schema, filter_fields(schema)
            self._predicates.clear()
            self._masks.clear()
        if text not in self._predicates:
            self._predicates[text] = compile_filter(text, self._fields)
        return _touched(self._predicates, text, self._capacity)

    async def mask(self, text: str, items: ItemColumns, schema: Schema) -> Mask | None:
        """Return (M,) the active rows that match; None for an empty filter.

        Raises:
            InvalidFilterError, UnknownAttributeError.
        """
        if not text.strip():
            return None
        predicate = self.predicate(text, schema)
        key = (text, items.version)
        mask = self._masks.get(key)
        if mask is None:
            if items.size <= _LOOP_ROWS:
                mask = _evaluate(predicate, items)
            else:
                mask = await asyncio.to_thread(_evaluate, predicate, items)
            self._masks[key] = mask
        return _touched(self._masks, key, self._capacity)


def _touched(cache: OrderedDict[Key, Value], key: Key, capacity: int) -> Value:
    """Return the entry as the latest used one, and drop what was not used for long."""
    cache.move_to_end(key)
    while len(cache) > capacity:
        cache.popitem(last=False)
    return cache[key]


def _evaluate(predicate: Predicate, items: ItemColumns) -> Mask:
    mask: Mask = predicate(items) & items.active[: items.size]
    return mask
