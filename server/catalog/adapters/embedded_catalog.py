"""The embedded catalogue: items in one SQLite file, their columns in memory."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import apsw
import numpy as np

from server.catalog.adapters.catalog_tables import (
    Existing,
    catalog_database,
    loaded_rows,
    read_existing,
    read_page,
    read_schema,
    stamped,
    write_items,
    write_schema,
)
from server.catalog.attribute_check import by_name, checked_values, extended
from server.catalog.column_builder import ColumnBuilder, RowValues
from server.catalog.item import Attribute, Item, Schema
from server.catalog.item_codec import decode, encode, encode_deleted
from server.catalog.ports import UpsertOutcome
from server.core.batch import Rows
from server.core.clock import Clock
from server.core.errors import (
    ArtifactError,
    ItemAlreadyExistsError,
    ItemNotFoundError,
    ServerError,
    UnavailableError,
)
from server.core.item_columns import ItemColumns
from server.storage.group_commit import GroupCommit
from server.storage.sqlite_reader import SqliteReader

LOAD_PAGE: Final = 10_000
LIST_PAGE: Final = 1_000
STEP_S: Final = 0.002


class EmbeddedCatalog:
    """`Catalog` on SQLite; with `is_read_only`, beside the process that writes."""

    def __init__(
        self, path: Path, clock: Clock, *, is_read_only: bool = False, vfs: str | None = None
    ) -> None:
        """Open the catalogue and load its columns; blocking.

        Raises:
            ArtifactError, StorageFullError, UnavailableError.
        """
        self._clock = clock
        self._database = catalog_database(path, vfs)
        self._listeners: list[Callable[[Rows], None]] = []
        if not is_read_only:
            self._database.open().close()
        with self._database.errors():
            connection = self._database.open_reader()
            try:
                self._schema = read_schema(connection)
                self._builder = ColumnBuilder(self._schema.item_attributes)
                self._load(connection)
                self._reader = SqliteReader(self._database)
                self._writer = None if is_read_only else GroupCommit(self._database)
            finally:
                connection.close()
        self._columns = self._builder.publish()

    def columns(self) -> ItemColumns:
        return self._columns

    def schema(self) -> Schema:
        return self._schema

    def subscribe(self, on_change: Callable[[Rows], None]) -> None:
        self._listeners.append(on_change)

    async def declare(
        self,
        item_attributes: Sequence[Attribute],
        user_attributes: Sequence[Attribute],
        *,
        validate_only: bool = False,
    ) -> Schema:
        def work(connection: apsw.Connection) -> Schema:
            before = read_schema(connection)
            now_ms = self._clock.now_ms()
            after = extended(before, item_attributes, user_attributes, now_ms)
            if not validate_only:
                write_schema(connection, after)
            return after

        publish = None if validate_only else self._publish_schema
        return await self._writing().run(work, publish=publish)

    async def get(self, item_ids: Sequence[str]) -> list[Item | None]:
        existing = await self._reader.run(lambda connection: read_existing(connection, item_ids))
        return [existing[item_id].item if item_id in existing else None for item_id in item_ids]

    async def create(self, item: Item, *, validate_only: bool = False) -> Item:
        item = self._checked(item)

        def work(connection: apsw.Connection) -> dict[int, Item]:
            if read_existing(connection, [item.item_id]):
                raise ItemAlreadyExistsError(item.item_id)
            return self._write(connection, [item], {}, validate_only)

        return await self._run_one(work, validate_only)

    async def update(
        self,
        item_id: str,
        change: Callable[[Item | None], Item],
        *,
        validate_only: bool = False,
    ) -> Item:
        def work(connection: apsw.Connection) -> dict[int, Item]:
            existing = read_existing(connection, [item_id])
            current = existing[item_id].item if item_id in existing else None
            changed = self._checked(change(current))
            return self._write(connection, [changed], existing, validate_only)

        return await self._run_one(work, validate_only)

    async def upsert(self, items: Sequence[Item]) -> list[UpsertOutcome]:
        checked = await self._checked_outcomes(items)
        good = [item for item in checked if isinstance(item, Item)]

        def work(connection: apsw.Connection) -> dict[int, Item]:
            existing = read_existing(connection, [item.item_id for item in good])
            return self._write(connection, good, existing, False)

        written: dict[int, Item] = {}
        if good:
            written = await self._writing().run(work, publish=self._publish)
        by_id = {item.item_id: item for item in written.values()}
        return [by_id[each.item_id] if isinstance(each, Item) else each for each in checked]

    async def delete(self, item_id: str) -> None:
        def work(connection: apsw.Connection) -> int:
            existing = read_existing(connection, [item_id])
            if item_id not in existing:
                raise ItemNotFoundError(item_id)
            row = existing[item_id].row
            connection.execute(
                "UPDATE items SET is_deleted = 1, data = ? WHERE row = ?",
                (encode_deleted(item_id), row),
            )
            return row

        await self._writing().run(work, publish=self._publish_deletion)

    def list(self, *, after_row: int = -1, limit: int | None = None) -> Iterator[tuple[int, Item]]:
        connection = self._database.open_reader()
        remaining = limit
        try:
            while remaining is None or remaining > 0:
                size = LIST_PAGE if remaining is None else min(LIST_PAGE, remaining)
                with self._database.errors():
                    page = read_page(connection, after_row, size, with_deleted=False)
                for row, _, fields in page:
                    yield row, decode(fields)
                if len(page) < size:
                    return
                after_row = page[-1][0]
                remaining = None if remaining is None else remaining - len(page)
        finally:
            connection.close()

    async def close(self) -> None:
        """Finish the writes that were begun, then close the file."""
        await self._reader.close()
        if self._writer is not None:
            await self._writer.close()

    def _writing(self) -> GroupCommit:
        if self._writer is None:
            raise UnavailableError("the catalogue is open for reading only")
        return self._writer

    def _checked(self, item: Item) -> Item:
        declared = by_name(self._schema.item_attributes)
        values = checked_values(declared, item.attributes)
        return replace(item, attributes=values)

    async def _checked_outcomes(self, items: Sequence[Item]) -> Sequence[UpsertOutcome]:
        """Check each item, and let others have the event loop in between."""
        checked: list[UpsertOutcome] = []
        since_s = time.monotonic()
        for item in items:
            checked.append(self._checked_outcome(item))
            if time.monotonic() - since_s >= STEP_S:
                await asyncio.sleep(0)
                since_s = time.monotonic()
        return checked

    def _checked_outcome(self, item: Item) -> UpsertOutcome:
        try:
            checked = self._checked(item)
            encode(checked)
        except ServerError as error:
            return error
        return checked

    def _write(
        self,
        connection: apsw.Connection,
        items: Sequence[Item],
        existing: dict[str, Existing],
        validate_only: bool,
    ) -> dict[int, Item]:
        """Write items in a transaction and return them by row."""
        now_ms = self._clock.now_ms()
        if not validate_only:
            return write_items(connection, items, existing, now_ms)
        current = [existing.get(item.item_id) for item in items]
        return {
            row: stamped(item, None if known is None else known.item, now_ms)
            for row, (item, known) in enumerate(zip(items, current, strict=True))
        }

    async def _run_one(
        self, work: Callable[[apsw.Connection], dict[int, Item]], validate_only: bool
    ) -> Item:
        publish = None if validate_only else self._publish
        written = await self._writing().run(work, publish=publish)
        return next(iter(written.values()))

    def _publish(self, written: dict[int, Item]) -> None:
        self._builder.write(RowValues.of(written))
        self._changed(sorted(written))

    def _publish_deletion(self, row: int) -> None:
        self._builder.delete([row])
        self._changed([row])

    def _publish_schema(self, schema: Schema) -> None:
        self._schema = schema
        self._builder.declare(schema.item_attributes)
        self._columns = self._builder.publish()

    def _changed(self, rows: Sequence[int]) -> None:
        self._columns = self._builder.publish()
        for listener in self._listeners:
            listener(np.array(rows, np.int64))

    def _load(self, connection: apsw.Connection) -> None:
        """Fill the columns; garbage collection would walk the growing lists again and again."""
        was_enabled = gc.isenabled()
        gc.disable()
        try:
            while page := read_page(connection, self._builder.size - 1, LOAD_PAGE):
                expected = range(self._builder.size, self._builder.size + len(page))
                if any(row != place for (row, _, _), place in zip(page, expected, strict=True)):
                    raise ArtifactError(
                        f"{self._database.path} misses a row: restore it from a backup"
                    )
                self._builder.write(loaded_rows(page))
        finally:
            if was_enabled:
                gc.enable()
