"""Imports a file of items that lies in the import folder."""

from __future__ import annotations

import asyncio

from server.batch.importing.entities import read_items
from server.batch.importing.reader import RowReader
from server.batch.importing.rejects import Reject, Rejects
from server.batch.importing.tables import SourceFileError, SourceTable, read_source
from server.batch.importing.writing import write_items
from server.batch.jobs.import_paths import file_inside
from server.batch.mapping.language import (
    AttributeCell,
    Cell,
    FileFormat,
    ItemSource,
    Pick,
    TimeCell,
    TimeKind,
)
from server.batch.stores import Stores
from server.catalog.item import Schema
from server.core.errors import InvalidRequestError
from server.core.jobs import ImportResult, ItemImport, Progress

_OWN_COLUMNS = ("title", "available_time", "expire_time", "image_uri")


async def import_items(task: ItemImport, stores: Stores, progress: Progress) -> ImportResult:
    """Create or replace the items of a file; rows that don't fit are counted and written aside.

    Columns are item fields or declared attributes; others are left out and named in the result.
    Of several rows with one id, the last one counts.

    Raises:
        InvalidRequestError: the path is wrong, or the file has no column of ids.
        StorageFullError, UnavailableError: a repeated import changes nothing more.
    """
    folder = stores.paths.imports
    path = await asyncio.to_thread(file_inside, folder, task.path)
    try:
        table = await asyncio.to_thread(read_source, path, FileFormat())
        names = table.table.column_names
        if task.item_id_column not in names:
            raise InvalidRequestError.of(
                "item_id_column", f"the file has no column {task.item_id_column!r}"
            )
        source = item_source(task, stores.catalog.schema(), names)
        reader = RowReader(table, "item_id_column")
        items = await asyncio.to_thread(read_items, source, reader)
    except SourceFileError as error:
        raise InvalidRequestError.of("path", str(error).replace(f"{path.parent}/", "")) from error
    progress(0, len(items))
    refused: dict[str, str] = {}
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        progress(done, len(items))

    await write_items(stores.catalog, items, advance, refused.__setitem__)
    rejects = Rejects(path.name, tuple(names))
    rejects.add([*table.rejects, *reader.rejects(), *_refused(table, task, refused)])
    written = await asyncio.to_thread(rejects.write, path.parent)
    used = {task.item_id_column, *_OWN_COLUMNS}
    used |= {each.cell.column for each in source.attributes}
    return ImportResult(
        accepted=len(table) + len(table.rejects) - len(rejects),
        rejected=len(rejects),
        rejected_path="" if written is None else str(written.relative_to(folder.resolve())),
        ignored_columns=tuple(name for name in names if name not in used),
    )


def item_source(task: ItemImport, schema: Schema, names: list[str]) -> ItemSource:
    """Return how the file's columns are read: item fields, and what the schema declares."""

    def last(name: str) -> Cell | None:
        return Cell(column=name, pick=Pick.LAST) if name in names else None

    def time(name: str) -> TimeCell | None:
        return TimeCell(kind=TimeKind.COLUMN, column=name) if name in names else None

    attributes = tuple(
        AttributeCell(
            attribute,
            Cell(column=attribute.name, separator=task.list_separator or "|", pick=Pick.LAST),
        )
        for attribute in schema.item_attributes
        if attribute.name in names and attribute.name != task.item_id_column
    )
    return ItemSource(
        key="item_id_column",
        file=task.path,
        id=Cell(column=task.item_id_column),
        title=last("title"),
        image_uri=last("image_uri"),
        available=time("available_time"),
        expires=time("expire_time"),
        attributes=attributes,
    )


def _refused(table: SourceTable, task: ItemImport, refused: dict[str, str]) -> list[Reject]:
    """Return the rows of the items that the catalogue refused."""
    if not refused:
        return []
    ids = RowReader(table, "item_id_column").ids(Cell(column=task.item_id_column), "item")
    return [
        Reject(int(table.lines[row]), refused[ids.at(row)], table.texts(row))
        for row in range(len(table))
        if ids.at(row) in refused
    ]
