"""Imports a folder: declares attributes, then writes items, users and events through the ports."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from server.batch.holdout import HoldoutTask, Protocol, write_holdout
from server.batch.importing.entities import read_items, read_profiles
from server.batch.importing.event_columns import EventColumns
from server.batch.importing.event_reading import read_events
from server.batch.importing.new_events import chunks, id_prefix
from server.batch.importing.reader import RowReader
from server.batch.importing.rejects import Reject, Rejects
from server.batch.importing.report import ImportReport, PartReport, RejectedFile
from server.batch.importing.row_filters import passing
from server.batch.importing.split import split
from server.batch.importing.tables import SourceFileError, SourceTable, read_source
from server.batch.importing.writing import WriteCounts, write_events, write_items, write_profiles
from server.batch.mapping.language import (
    DatasetMapping,
    EventSource,
    FileFormat,
    Holdout,
    HoldoutMethod,
    ItemSource,
    UserSource,
)
from server.batch.mapping.recognise import locate
from server.batch.mapping.section import MappingError
from server.batch.stores import Stores
from server.batch.terminal import Terminal
from server.catalog.item import Attribute
from server.core.errors import ArtifactError
from server.events.user_event import NewEvent


async def import_folder(
    folder: Path,
    mapping: DatasetMapping,
    stores: Stores,
    *,
    hold_out: bool = False,
    terminal: Terminal | None = None,
) -> ImportReport:
    """Import all files of a mapping; rows that don't fit are counted and written aside.

    Repeating an import is harmless: items and users are replaced, events are known by their ids.

    Args:
        hold_out: keep the events that the mapping's hold-out names out of the log.

    Raises:
        MappingError, SourceFileError, ArtifactError: the message names file, key and remedy.
        StorageFullError, UnavailableError: a repeated import goes on from where this one stopped.
    """
    started = time.monotonic()
    if hold_out:
        await _check_can_hold_out(mapping, stores)
    run = _Import(folder, mapping, stores, terminal or Terminal(), hold_out)
    run.check_files()
    await run.declare()
    parts = [await run.items(source) for source in mapping.items]
    parts += [await run.users(source) for source in mapping.users]
    parts += [await run.events(source) for source in mapping.events]
    run.finish_holdout()
    run.terminal.say("  bringing features up to date")
    await stores.processor.catch_up()
    return ImportReport(
        dataset=mapping.title or mapping.name,
        parts=tuple(parts),
        rejected=tuple(run.write_rejects()),
        seconds=time.monotonic() - started,
        event_rows=sum(part.written + part.duplicates for part in parts if part.role == "events"),
    )


async def _check_can_hold_out(mapping: DatasetMapping, stores: Stores) -> None:
    if mapping.holdout is None:
        raise MappingError(
            f"{mapping.path}: holdout: is missing; add [holdout], or import without --hold-out"
        )
    has_events = await stores.log.last_offset() > 0
    if has_events and not stores.paths.holdout_protocol.exists():
        raise ArtifactError(
            f"{stores.paths.root}: has events already, held-out ones may be among them; "
            "import with --hold-out into an empty data directory"
        )


@dataclass(slots=True)
class _Import:
    """One running import."""

    folder: Path
    mapping: DatasetMapping
    stores: Stores
    terminal: Terminal
    is_holding_out: bool
    _tables: dict[str, SourceTable] = field(default_factory=dict)
    _rejects: dict[str, Rejects] = field(default_factory=dict)
    _held_out: list[NewEvent] = field(default_factory=list)

    @property
    def holdout(self) -> Holdout | None:
        return self.mapping.holdout if self.is_holding_out else None

    @property
    def before_ms(self) -> int | None:
        """Return the time from which items and users must not be known."""
        holdout = self.holdout
        is_timed = holdout is not None and holdout.method is HoldoutMethod.FROM_TIME
        return holdout.start_ms if holdout is not None and is_timed else None

    def check_files(self) -> None:
        """Refuse a folder that lacks a file, before anything is written."""
        for file in self.mapping.file_names():
            if locate(self.folder, file) is None:
                raise SourceFileError(
                    f"{self.folder / file}: is not there (nor {file}.gz); add it, or change "
                    f"{self.mapping.path}"
                )

    async def declare(self) -> None:
        """Declare all attributes of the mapping."""
        items = [each.attribute for source in self.mapping.items for each in source.attributes]
        users = [each.attribute for source in self.mapping.users for each in source.attributes]
        await self.stores.catalog.declare(_distinct(items), _distinct(users))

    async def items(self, source: ItemSource) -> PartReport:
        """Import the items of one source."""
        reader = RowReader(await self._table(source.file), source.key)
        items = await asyncio.to_thread(read_items, source, reader, before_ms=self.before_ms)
        refused: dict[str, str] = {}
        with self.terminal.progress(f"items from {source.file}", len(items)) as advance:
            counts = await write_items(self.stores.catalog, items, advance, refused.__setitem__)
        for item_id, reason in refused.items():
            self.terminal.say(f"  item {item_id}: {reason}")
        return self._entities(source.file, "items", reader, counts)

    async def users(self, source: UserSource) -> PartReport:
        """Import the user profiles of one source."""
        reader = RowReader(await self._table(source.file), source.key)
        profiles = await asyncio.to_thread(read_profiles, source, reader, before_ms=self.before_ms)
        with self.terminal.progress(f"users from {source.file}", len(profiles)) as advance:
            counts = await write_profiles(self.stores.profiles, profiles, advance)
        return self._entities(source.file, "users", reader, counts)

    async def events(self, source: EventSource) -> PartReport:
        """Import the events of one source, but for those that are held out."""
        table = await self._table(source.file)
        reader = RowReader(table, source.key)
        columns = await asyncio.to_thread(read_events, source, reader)
        prefix = id_prefix(self.mapping.name, Path(source.file).stem)
        logged, held_out = self._split(columns, source, reader)
        if held_out is not None:
            made = chunks(held_out, prefix, max(1, len(held_out)))
            self._held_out += [event for events, _, _ in made for event in events]
        refused: list[Reject] = []
        with self.terminal.progress(f"events from {source.file}", len(logged)) as advance:
            counts = await write_events(
                self.stores.log,
                logged,
                prefix,
                advance,
                lambda row, reason: refused.append(
                    Reject(int(table.lines[row]), reason, table.texts(row))
                ),
            )
        rejects = self._refused(source.file, [*reader.rejects(), *refused])
        held = 0 if held_out is None else len(held_out)
        return PartReport(
            file=source.file,
            role="events",
            read=len(table),
            written=counts.written,
            duplicates=counts.duplicates,
            left_out=int((~reader.is_good).sum()) - len(reader.rejects()),
            held_out=held,
            unused=len(columns) - len(logged) - held,
            rejected=rejects,
        )

    def _split(
        self, columns: EventColumns, source: EventSource, reader: RowReader
    ) -> tuple[EventColumns, EventColumns | None]:
        holdout = self.holdout
        if holdout is None or holdout.file != source.file:
            return columns, None
        is_matching = passing(reader, holdout.where)
        good = np.flatnonzero(reader.is_good[columns.row])
        columns = columns if len(good) == len(columns) else columns.take(good)
        parts = split(columns, holdout, is_matching[columns.row])
        return columns.take(parts.log), columns.take(parts.held_out)

    def finish_holdout(self) -> None:
        """Write what was held out; without a hold-out, what an earlier import held out is void."""
        paths, holdout = self.stores.paths, self.holdout
        if holdout is None:
            paths.holdout.unlink(missing_ok=True)
            paths.holdout_protocol.unlink(missing_ok=True)
            return
        protocol = Protocol(
            dataset=self.mapping.name,
            description=" ".join(holdout.description.split()),
            label=holdout.label.name.lower(),
            tasks=tuple(HoldoutTask(task.name, task.repeats) for task in holdout.tasks),
            known_only=holdout.known_only,
            fits_held_out_users=holdout.fits_held_out_users,
            has_impressions=holdout.has_impressions,
        )
        write_holdout(paths, self._held_out, protocol)

    def write_rejects(self) -> list[RejectedFile]:
        """Write the refused rows of every file aside."""
        written: list[RejectedFile] = []
        for rejects in self._rejects.values():
            path = rejects.write(self.stores.paths.imports)
            if path is not None:
                first = tuple((each.line, each.reason) for each in rejects.first())
                written.append(
                    RejectedFile(file=rejects.file, path=path, count=len(rejects), first=first)
                )
        return written

    async def _table(self, file: str) -> SourceTable:
        if file not in self._tables:
            path = locate(self.folder, file)
            assert path is not None
            file_format = self.mapping.files.get(file, FileFormat())
            table = await asyncio.to_thread(read_source, path, file_format)
            self._tables[file] = table
            self._rejects[file] = Rejects(path.name, tuple(table.table.column_names))
            self._rejects[file].add(table.rejects)
        return self._tables[file]

    def _entities(self, file: str, role: str, reader: RowReader, counts: WriteCounts) -> PartReport:
        refused = reader.rejects()
        return PartReport(
            file=file,
            role=role,
            read=len(reader),
            written=counts.written,
            left_out=int((~reader.is_good).sum()) - len(refused),
            rejected=self._refused(file, refused) + counts.refused,
        )

    def _refused(self, file: str, refused: list[Reject]) -> int:
        self._rejects[file].add(refused)
        return len(refused) + len(self._tables[file].rejects)


def _distinct(attributes: Sequence[Attribute]) -> list[Attribute]:
    return list({attribute.name: attribute for attribute in attributes}.values())
