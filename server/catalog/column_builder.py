"""Builds the catalogue's columns as items are written, and publishes immutable views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from server.catalog.attribute_columns import (
    GrowingNumbers,
    GrowingSets,
    GrowingStrings,
    GrowingTexts,
)
from server.catalog.growable import GrowableArray, RowStrings
from server.catalog.item import Attribute, AttributeType, Item
from server.core.batch import Rows
from server.core.item_columns import ItemColumns

GrowingColumn: TypeAlias = GrowingStrings | GrowingTexts | GrowingSets | GrowingNumbers

_COLUMN_OF: Final[dict[AttributeType, type[GrowingColumn]]] = {
    AttributeType.STRING: GrowingStrings,
    AttributeType.STRINGS: GrowingSets,
    AttributeType.NUMBER: GrowingNumbers,
    AttributeType.TIMESTAMP: GrowingNumbers,
    AttributeType.TEXT: GrowingTexts,
}
ALWAYS_MS: Final = int(np.iinfo(np.int64).min)
NEVER_MS: Final = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowValues:
    """Items to write, as parallel lists; rows are unique, new ones continue the last without gap.

    A row of an item that was deleted before is loaded with `is_alive` False.
    """

    rows: Sequence[int]
    item_ids: Sequence[str]
    titles: Sequence[str]
    is_active: Sequence[bool]
    is_alive: Sequence[bool]
    available_ms: Sequence[int | None]
    expire_ms: Sequence[int | None]
    create_ms: Sequence[int | None]
    attributes: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, written: Mapping[int, Item]) -> RowValues:
        """Return the values of items by row, new rows in order."""
        rows = sorted(written)
        items = [written[row] for row in rows]
        return cls(
            rows=rows,
            item_ids=[item.item_id for item in items],
            titles=[item.title for item in items],
            is_active=[item.is_active for item in items],
            is_alive=[True] * len(items),
            available_ms=[item.available_ms for item in items],
            expire_ms=[item.expire_ms for item in items],
            create_ms=[item.create_ms for item in items],
            attributes=[item.attributes for item in items],
        )


class ColumnBuilder:
    """The one writer of the columns; not safe to use from several threads."""

    def __init__(self, attributes: Sequence[Attribute] = ()) -> None:
        self._size = 0
        self._version = 0
        self._ids: list[str] = []
        self._titles = RowStrings([], 0)
        self._row_of: dict[str, int] = {}
        self._active = GrowableArray(np.bool_, False)
        self._available_ms = GrowableArray(np.int64, ALWAYS_MS)
        self._expire_ms = GrowableArray(np.int64, NEVER_MS)
        self._create_ms = GrowableArray(np.int64, 0)
        self._columns: dict[str, tuple[AttributeType, GrowingColumn]] = {}
        self.declare(attributes)

    @property
    def size(self) -> int:
        return self._size

    def declare(self, attributes: Sequence[Attribute]) -> None:
        """Add columns for the attributes that have none; nothing else changes."""
        for attribute in attributes:
            if attribute.name not in self._columns:
                column = _COLUMN_OF[attribute.type](self._size)
                self._columns[attribute.name] = (attribute.type, column)

    def write(self, values: RowValues) -> None:
        """Set rows, existing or new."""
        rows = np.array(values.rows, np.int64)
        before = self._size
        self._size = max(before, int(rows.max()) + 1) if len(rows) else before
        self._write_names(values, before)
        is_active = np.array(values.is_active, np.bool_) & np.array(values.is_alive, np.bool_)
        self._put(self._active, rows, is_active)
        self._put(self._available_ms, rows, _times(values.available_ms, ALWAYS_MS))
        self._put(self._expire_ms, rows, _times(values.expire_ms, NEVER_MS))
        self._put(self._create_ms, rows, _times(values.create_ms, 0))
        for name, (_, column) in self._columns.items():
            column.write(self._size, rows, [each.get(name) for each in values.attributes])

    def delete(self, rows: Sequence[int]) -> None:
        """Take items out; their rows stay."""
        for row in rows:
            if self._row_of.get(self._ids[row]) == row:
                del self._row_of[self._ids[row]]
        self._active.put(np.array(rows, np.int64), np.zeros(len(rows), np.bool_))

    def publish(self) -> ItemColumns:
        """Return a view of the rows as they are now, which never changes again."""
        self._version += 1
        columns = {name: (kind, column.view()) for name, (kind, column) in self._columns.items()}
        texts = (AttributeType.STRING, AttributeType.TEXT)
        numbers = (AttributeType.NUMBER, AttributeType.TIMESTAMP)
        views: Any = columns.items()
        return ItemColumns(
            size=self._size,
            version=self._version,
            ids=self._ids,
            titles=self._titles,
            row_of=self._row_of,
            active=self._active.view(),
            available_ms=self._available_ms.view(),
            expire_ms=self._expire_ms.view(),
            create_ms=self._create_ms.view(),
            strings={name: view for name, (kind, view) in views if kind in texts},
            string_sets={
                name: view for name, (kind, view) in views if kind is AttributeType.STRINGS
            },
            numbers={name: view for name, (kind, view) in views if kind in numbers},
        )

    def _write_names(self, values: RowValues, before: int) -> None:
        changed_titles: dict[int, str] = {}
        new_titles: list[str] = []
        entries = zip(values.rows, values.item_ids, values.titles, values.is_alive, strict=True)
        for row, item_id, title, is_alive in entries:
            if row < before:
                changed_titles[row] = title
            else:
                self._ids.append(item_id)
                new_titles.append(title)
            if is_alive:
                self._row_of[item_id] = row
        self._titles = self._titles.replaced(changed_titles).appended(new_titles)

    def _put(self, column: GrowableArray[Any], rows: Rows, values: NDArray[Any]) -> None:
        column.resize(self._size)
        column.put(rows, values)


def _times(values: Sequence[int | None], missing: int) -> Rows:
    return np.array([missing if value is None else value for value in values], np.int64)
