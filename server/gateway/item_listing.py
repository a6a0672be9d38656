"""Which items a page of a listing shows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from server.catalog.item import Attribute, AttributeType
from server.core.filter_expression import FieldKind, FilterField, compile_filter
from server.core.item_columns import ItemColumns

_KINDS = {
    AttributeType.STRING: FieldKind.STRING,
    AttributeType.STRINGS: FieldKind.STRINGS,
    AttributeType.NUMBER: FieldKind.NUMBER,
    AttributeType.TIMESTAMP: FieldKind.TIMESTAMP,
    AttributeType.TEXT: FieldKind.TEXT,
}


def rows_after(
    columns: ItemColumns, text: str, declared: Mapping[str, Attribute], *, after: int, limit: int
) -> tuple[list[int], int | None]:
    """Return the next rows that are not deleted and match a filter, in the order of creation.

    Args:
        text: the filter; empty: all.
        after: the last row of the page before, -1 for the first page.

    Returns:
        At most `limit` rows, and the row to continue after; None if these are the last.

    Raises:
        InvalidFilterError, UnknownAttributeError.
    """
    fields = {
        name: FilterField(_KINDS[each.type], each.is_filterable) for name, each in declared.items()
    }
    predicate = compile_filter(text, fields)
    rows: list[int] = []
    candidates = np.flatnonzero(predicate(columns)[after + 1 :]) + after + 1
    for row in candidates.tolist():
        if columns.row_of.get(columns.ids[row]) != row:
            continue
        if len(rows) == limit:
            return rows, rows[-1]
        rows.append(row)
    return rows, None
