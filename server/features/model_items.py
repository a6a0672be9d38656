"""Which item of a model each catalogue row is.

Shape letters: m model items, R rows, n asked rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import ItemColumns


class ModelItems:
    """The two maps between a model's items and rows, kept up to date with the catalogue.

    An item that was deleted and created again has a new row and is still the model's item. Writes
    come from one thread; readers may be on any.
    """

    def __init__(self, item_ids: Sequence[str], items: ItemColumns) -> None:
        self.rows_m: Rows = items.rows(item_ids)
        """(m,) row of each model item, -1 for those the catalogue does not have."""
        self._item_of_row = np.full(items.size, -1, np.int32)
        known = np.flatnonzero(self.rows_m >= 0)
        self._item_of_row[self.rows_m[known]] = known
        # Only ids without a row are kept as strings: the catalogue holds the others.
        missing = np.flatnonzero(self.rows_m < 0).tolist()
        self._without_row = {item_ids[item]: item for item in missing}

    def of_rows(self, rows: Rows) -> NDArray[np.int32]:
        """Return (n,) model items, -1 for rows that the model does not know."""
        item_of_row = self._item_of_row
        inside = (rows >= 0) & (rows < len(item_of_row))
        if inside.all():
            return item_of_row[rows]
        found = np.full(len(rows), -1, np.int32)
        found[inside] = item_of_row[rows[inside]]
        return found

    def update(self, items: ItemColumns, rows: Rows) -> None:
        """Take in rows that were written or deleted."""
        if len(rows) == 0:
            return
        size = max(items.size, int(rows.max()) + 1)
        grown = np.full(max(size, len(self._item_of_row)), -1, np.int32)
        grown[: len(self._item_of_row)] = self._item_of_row
        for row in rows.tolist():
            item_id = items.ids[row]
            if items.row_of.get(item_id) == row:
                item = self._without_row.pop(item_id, -1)
            else:
                item = int(grown[row])
                if item >= 0 and int(self.rows_m[item]) == row:
                    self._without_row[item_id] = item
                    self.rows_m[item] = -1
                continue
            if item >= 0:
                grown[row] = item
                self.rows_m[item] = row
        self._item_of_row = grown
