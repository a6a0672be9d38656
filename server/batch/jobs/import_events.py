"""Imports a file of events that lies in the import folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server.batch.importing.event_reading import read_events
from server.batch.importing.new_events import id_prefix
from server.batch.importing.reader import RowReader
from server.batch.importing.rejects import Reject, Rejects
from server.batch.importing.tables import SourceFileError, SourceTable, read_source
from server.batch.importing.writing import write_events
from server.batch.jobs.import_paths import file_inside
from server.batch.mapping.language import (
    Cell,
    EventSource,
    FileFormat,
    TimeCell,
    TimeKind,
    TypeColumn,
)
from server.batch.stores import Stores
from server.core.errors import FieldViolation, InvalidRequestError
from server.core.event_type import EventType
from server.core.jobs import EventImport, ImportResult, Progress

_TYPE_NAMES = {
    spelling: each
    for each in EventType
    for spelling in (each.name, each.name.lower(), f"EVENT_TYPE_{each.name}")
}
# Read where the file has columns of these names.
_OPTIONAL = ("rating", "quantity", "price", "dwell_ms", "position")


async def import_events(task: EventImport, stores: Stores, progress: Progress) -> ImportResult:
    """Append the events of a file; rows that don't fit are counted and written aside.

    Event ids are those of the file, or are made from path and line, so that a repeated import
    changes nothing.

    Raises:
        InvalidRequestError: the path or a column is wrong; nothing was written.
        StorageFullError, UnavailableError: a repeated import goes on from there.
    """
    folder = stores.paths.imports
    path = await asyncio.to_thread(file_inside, folder, task.path)
    try:
        table = await asyncio.to_thread(read_source, path, FileFormat())
        source = event_source(task, table.table.column_names)
        reader = RowReader(table, "columns")
        columns = await asyncio.to_thread(read_events, source, reader)
    except SourceFileError as error:
        raise InvalidRequestError.of("columns", _without_folder(error, path)) from error
    progress(0, len(table))
    refused: list[Reject] = []
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(table))

    counts = await write_events(
        stores.log,
        columns,
        id_prefix("import", task.path),
        advance,
        lambda row, reason: refused.append(_reject(table, row, reason)),
    )
    await stores.processor.catch_up()
    rejects = Rejects(path.name, tuple(table.table.column_names))
    rejects.add([*table.rejects, *reader.rejects(), *refused])
    written = await asyncio.to_thread(rejects.write, path.parent)
    return ImportResult(
        accepted=counts.written,
        duplicates=counts.duplicates,
        rejected=len(rejects),
        rejected_path="" if written is None else str(written.relative_to(folder.resolve())),
    )


def event_source(task: EventImport, names: list[str]) -> EventSource:
    """Return how the file's columns are read.

    Raises:
        InvalidRequestError: a column is named that the file lacks, or there is no type.
    """
    missing = [
        FieldViolation(f"columns.{field}", f"the file has no column {column!r}")
        for field, column in task.columns.items()
        if column and column not in names
    ]
    if missing:
        raise InvalidRequestError(missing[0].description, missing)
    column_of = {field: column for field, column in task.columns.items() if column}
    type_column = column_of.get("type", "type")
    has_type = type_column in names
    if not has_type and task.default_type is None:
        raise InvalidRequestError.of(
            "columns.default_type", "is needed: the file has no column of types"
        )
    cells = {name: Cell(column=name) for name in _OPTIONAL if name in names}
    event_id = column_of.get("event_id", "event_id" if "event_id" in names else "")
    return EventSource(
        key="columns",
        file=task.path,
        user=Cell(column=column_of.get("user_id", "user_id")),
        item=Cell(column=column_of.get("item_id", "item_id")),
        time=TimeCell(kind=TimeKind.COLUMN, column=column_of.get("event_time", "event_time")),
        type=None if has_type else task.default_type,
        type_column=TypeColumn(cell=Cell(column=type_column), values=_TYPE_NAMES)
        if has_type
        else None,
        event_id=Cell(column=event_id) if event_id else None,
        session=Cell(column="session_id") if "session_id" in names else None,
        rating=cells.get("rating"),
        quantity=cells.get("quantity"),
        price=cells.get("price"),
        dwell_ms=cells.get("dwell_ms"),
        position=cells.get("position"),
    )


def _reject(table: SourceTable, row: int, reason: str) -> Reject:
    return Reject(int(table.lines[row]), reason, table.texts(row))


def _without_folder(error: SourceFileError, path: Path) -> str:
    return str(error).replace(f"{path.parent}/", "")
