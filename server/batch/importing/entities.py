"""Reads items and user profiles: one a row, or one for all rows that share an id.

Shape legend: R rows of the table, G good rows, N entities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.batch.importing.entity_values import (
    attribute_columns,
    attributes_of,
    text_column,
    time_column,
)
from server.batch.importing.reader import Coded, RowReader
from server.batch.importing.row_filters import keep_passing, passing
from server.batch.importing.times import MISSING, read_times
from server.batch.mapping.language import ItemSource, TimeCell, UserSource
from server.catalog.item import Item
from server.profiles.ports import Profile

MAX_TITLE, MAX_IMAGE_URI = 1_000, 2_000


@dataclass(frozen=True, slots=True)
class Groups:
    """The good rows by entity, entities in order of their first row.

    Shapes:
        rows (G,) intp sorted by entity, then row; starts (N + 1,) int64 bounds into `rows`.
    """

    ids: list[str]
    rows: NDArray[np.intp]
    starts: NDArray[np.int64]

    def of(self, entity: int) -> NDArray[np.intp]:
        return self.rows[self.starts[entity] : self.starts[entity + 1]]


def group_rows(ids: Coded, is_good: NDArray[np.bool_]) -> Groups:
    """Group the good rows by id."""
    rows = np.flatnonzero(is_good)
    distinct, first, inverse = np.unique(ids.codes[rows], return_index=True, return_inverse=True)
    by_first = np.argsort(first, kind="stable")
    rank = np.empty(len(distinct), np.int64)
    rank[by_first] = np.arange(len(distinct))
    entity = rank[inverse]
    counts = np.bincount(entity, minlength=len(distinct))
    return Groups(
        ids=[ids.values[code] for code in distinct[by_first]],
        rows=rows[np.argsort(entity, kind="stable")],
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )


def read_items(
    source: ItemSource, reader: RowReader, *, before_ms: int | None = None
) -> list[Item]:
    """Read the items that have a good row.

    Args:
        before_ms: rows dated from then on are left out; None: none are.

    Raises:
        SourceFileError: the mapping names a column that the file lacks.
    """
    keep_passing(reader, source.where)
    ids = reader.ids(source.id, "item")
    dates = _dates(reader, source.time, before_ms)
    title = text_column(reader, source.title, "title", MAX_TITLE)
    image_uri = text_column(reader, source.image_uri, "image_uri", MAX_IMAGE_URI)
    created = time_column(reader, source.created, "created", dates)
    available = time_column(reader, source.available, "available")
    expires = time_column(reader, source.expires, "expires")
    attributes = attribute_columns(source.attributes, reader)
    withheld = passing(reader, source.unavailable) & bool(source.unavailable)
    groups = group_rows(ids, reader.is_good)

    def item(entity: int, item_id: str) -> Item:
        rows = groups.of(entity)
        return Item(
            item_id=item_id,
            title=title.value(rows) if title else "",
            attributes=attributes_of(attributes, rows),
            available_ms=available.value(rows) if available else None,
            expire_ms=expires.value(rows) if expires else None,
            is_active=not withheld[rows].any(),
            image_uri=image_uri.value(rows) if image_uri else "",
            create_ms=created.value(rows) if created else None,
        )

    return [item(entity, item_id) for entity, item_id in enumerate(groups.ids)]


def read_profiles(
    source: UserSource, reader: RowReader, *, before_ms: int | None = None
) -> list[Profile]:
    """Read the profiles that have a good row; `before_ms` as for items."""
    keep_passing(reader, source.where)
    ids = reader.ids(source.id, "user")
    _dates(reader, source.time, before_ms)
    attributes = attribute_columns(source.attributes, reader)
    groups = group_rows(ids, reader.is_good)
    return [
        Profile(user_id=user_id, attributes=attributes_of(attributes, groups.of(entity)))
        for entity, user_id in enumerate(groups.ids)
    ]


def _dates(
    reader: RowReader, cell: TimeCell | None, before_ms: int | None
) -> NDArray[np.int64] | None:
    """Return the rows' dates, and leave out those from `before_ms` on."""
    if cell is None:
        return None
    dates = read_times(reader, cell, "time")
    if before_ms is not None:
        reader.leave_out((dates != MISSING) & (dates >= before_ms))
    return dates
