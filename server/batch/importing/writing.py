"""Writes what was read through the ports, in batches, and collects what was refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from server.batch.importing.event_columns import EventColumns
from server.batch.importing.new_events import chunks
from server.catalog.item import Item
from server.catalog.ports import Catalog
from server.core.errors import ServerError
from server.events.ports import EventLog
from server.profiles.ports import Profile, ProfileStore

Advance = Callable[[int], None]
Value = TypeVar("Value")

EVENT_BATCH = 4_000
ITEM_BATCH = 1_000
PROFILE_BATCH = 5_000


@dataclass(slots=True)
class WriteCounts:
    """How many rows were written, had been written before, or were refused by the store."""

    written: int = 0
    duplicates: int = 0
    refused: int = 0


async def write_items(
    catalog: Catalog, items: Sequence[Item], advance: Advance, refuse: Callable[[str, str], None]
) -> WriteCounts:
    """Create or replace items; `refuse` hears the id of each refused one, and why.

    Raises:
        StorageFullError, UnavailableError.
    """
    counts = WriteCounts()
    for batch in _batches(items, ITEM_BATCH):
        for item, outcome in zip(batch, await catalog.upsert(batch), strict=True):
            if isinstance(outcome, ServerError):
                counts.refused += 1
                refuse(item.item_id, str(outcome))
            else:
                counts.written += 1
        advance(len(batch))
    return counts


async def write_profiles(
    profiles: ProfileStore, values: Sequence[Profile], advance: Advance
) -> WriteCounts:
    """Create or replace profiles.

    Raises:
        StorageFullError, UnavailableError, UnknownAttributeError, InvalidRequestError.
    """
    for batch in _batches(values, PROFILE_BATCH):
        await profiles.upsert(list(batch))
        advance(len(batch))
    return WriteCounts(written=len(values))


async def write_events(
    log: EventLog,
    columns: EventColumns,
    prefix: str,
    advance: Advance,
    refuse: Callable[[int, str], None],
) -> WriteCounts:
    """Append events in order; counts are of rows, and `refuse` hears the row of the table.

    Raises:
        StorageFullError, UnavailableError: what was written before is in the log; a repeated
            import goes on from there.
    """
    counts = WriteCounts()
    made = chunks(columns, prefix, EVENT_BATCH)
    # In a thread, so that a server that imports goes on answering, and while the log writes.
    coming = asyncio.create_task(asyncio.to_thread(next, made, None))
    while (chunk := await coming) is not None:
        coming = asyncio.create_task(asyncio.to_thread(next, made, None))
        events, first, sizes = chunk
        outcomes = await log.append(events)
        for outcome, at, size in zip(outcomes, first.tolist(), sizes.tolist(), strict=True):
            if isinstance(outcome, ServerError):
                counts.refused += size
                for row in range(at, at + size):
                    refuse(int(columns.row[row]), f"{outcome.reason}: {outcome}")
            elif outcome.is_duplicate:
                counts.duplicates += size
            else:
                counts.written += size
        advance(int(sizes.sum()))
    return counts


def _batches(values: Sequence[Value], size: int) -> Iterator[Sequence[Value]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
