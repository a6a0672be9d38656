"""Reads a mapping file (TOML) into a `DatasetMapping`; docs/data.md describes the language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from server.batch.mapping.fields import (
    read_attributes,
    read_cell,
    read_choice,
    read_event_type,
    read_filters,
    read_time,
    required_cell,
    required_moment,
)
from server.batch.mapping.language import (
    Cell,
    DatasetMapping,
    EventSource,
    FileFormat,
    Holdout,
    HoldoutMethod,
    ItemSource,
    Sequence,
    Task,
    TimeCell,
    TimeKind,
    TypeColumn,
    UserSource,
)
from server.batch.mapping.section import MappingError, Section
from server.core.event_type import EventType


def load_mapping(path: Path) -> DatasetMapping:
    """Read a mapping file.

    Raises:
        MappingError: it can't be read, or a key is wrong.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path}: can't be read ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: is not TOML ({error}); fix the file") from error
    return parse_mapping(document, str(path), path.stem)


def parse_mapping(document: Mapping[str, object], path: str, name: str) -> DatasetMapping:
    """Read a mapping from a TOML document; `name` is used where the document gives none.

    Raises:
        MappingError: a key is wrong.
    """
    root = Section(path, "", document)
    recognise = root.table("recognise")
    columns = recognise.table("columns")
    mapping = DatasetMapping(
        name=root.get("name", str, name),
        path=path,
        title=root.get("title", str, ""),
        family=root.get("family", str, ""),
        required=recognise.strings("files"),
        columns={file: columns.strings(file) for file in columns.own_keys()},
        files=_read_files(root.table("files")),
        items=tuple(_item_source(table) for table in root.tables("items")),
        users=tuple(_user_source(table) for table in root.tables("users")),
        events=tuple(_event_source(table) for table in root.tables("events")),
        holdout=_holdout(root.table("holdout")) if root.has("holdout") else None,
    )
    recognise.close()
    root.close()
    if not mapping.file_names():
        raise root.error("", "maps nothing", "add [items] or [[events]]")
    return mapping


def _read_files(table: Section) -> dict[str, FileFormat]:
    return {name: _file_format(table.table(name)) for name in table.own_keys()}


def _file_format(table: Section) -> FileFormat:
    file_format = FileFormat(
        separator=table.get("separator", str, ","),
        columns=table.strings("columns"),
        encoding=table.get("encoding", str, "utf-8"),
        explode=table.get("explode", str, ""),
    )
    if file_format.separator not in {",", ";", "\t", "|", "::"}:
        raise table.error("separator", "is not supported", 'use ",", ";", "\\t", "|" or "::"')
    table.close()
    return file_format


def _item_source(table: Section) -> ItemSource:
    source = ItemSource(
        key=table.key,
        file=table.required("file", str),
        id=required_cell(table, "id"),
        title=read_cell(table, "title"),
        image_uri=read_cell(table, "image_uri"),
        created=read_time(table, "created"),
        available=_column_time(table, "available"),
        expires=_column_time(table, "expires"),
        time=_column_time(table, "time"),
        attributes=read_attributes(table),
        where=read_filters(table, "where"),
        unavailable=read_filters(table, "unavailable"),
    )
    if source.created and source.created.kind is TimeKind.EARLIEST and not source.time:
        raise table.error("created", "the earliest needs dated rows", "add time = ...")
    if source.created and source.created.kind is TimeKind.ROW_ORDER:
        raise table.error("created", "row order is for events", "use a column or a constant")
    table.close()
    return source


def _column_time(table: Section, key: str) -> TimeCell | None:
    time = read_time(table, key)
    if time is not None and time.kind is not TimeKind.COLUMN:
        raise table.error(key, f"{time.kind} can't be used here", "name a column")
    return time


def _user_source(table: Section) -> UserSource:
    source = UserSource(
        key=table.key,
        file=table.required("file", str),
        id=required_cell(table, "id"),
        time=_column_time(table, "time"),
        attributes=read_attributes(table),
        where=read_filters(table, "where"),
    )
    table.close()
    return source


def _event_source(table: Section) -> EventSource:
    time = read_time(table, "time")
    if time is None or time.kind is TimeKind.EARLIEST:
        remedy = "name its column, or write { row_order = true, start = ... }"
        raise table.error("time", "is missing", remedy)
    context, flags = table.table("context"), table.table("flags")
    source = EventSource(
        key=table.key,
        file=table.required("file", str),
        item=required_cell(table, "item"),
        time=time,
        user=read_cell(table, "user"),
        visitor=read_cell(table, "visitor"),
        type=_constant_type(table),
        type_column=_type_column(table),
        flags=_flags(flags),
        rating=read_cell(table, "rating"),
        quantity=read_cell(table, "quantity"),
        price=read_cell(table, "price"),
        dwell_ms=read_cell(table, "dwell_ms"),
        position=read_cell(table, "position"),
        session=read_cell(table, "session"),
        event_id=read_cell(table, "event_id"),
        group_by=read_cell(table, "group_by"),
        context={name: required_cell(context, name) for name in context.own_keys()},
        where=read_filters(table, "where"),
        sequence=_sequence(table.table("sequence")) if table.has("sequence") else None,
    )
    _check_events(table, source)
    table.close()
    return source


def _check_events(table: Section, source: EventSource) -> None:
    if (source.user is None) == (source.visitor is None):
        raise table.error("user", "needs exactly one of user and visitor", "name its column")
    if sum([source.type is not None, source.type_column is not None, bool(source.flags)]) != 1:
        raise table.error("type", "needs exactly one of type and flags", 'write type = "click"')
    if source.event_id and (source.flags or source.sequence or source.group_by):
        problem = "can't be used with flags, sequence or group_by"
        raise table.error("event_id", problem, "leave it out: ids are made from file and line")
    rates = source.type is EventType.RATE or EventType.RATE in source.flags
    if rates and source.rating is None:
        raise table.error("rating", "is missing for events of type rate", "name its column")


def _constant_type(table: Section) -> EventType | None:
    if not isinstance(table.raw("type"), str):
        return None
    return read_event_type(table, "type", table.required("type", str))


def _type_column(table: Section) -> TypeColumn | None:
    if not isinstance(table.raw("type"), dict):
        return None
    entry = table.table("type")
    values = entry.table("values")
    column = entry.required("column", str)
    named = {
        text: read_event_type(values, text, values.get(text, str, "")) for text in values.own_keys()
    }
    entry.close()
    return TypeColumn(cell=Cell(column=column), values=named)


def _flags(table: Section) -> dict[EventType, str]:
    flags: dict[EventType, str] = {}
    for word in table.own_keys():
        always = table.raw(word) is True
        flags[read_event_type(table, word, word)] = "" if always else table.get(word, str, "")
    return flags


def _sequence(table: Section) -> Sequence:
    marks = table.table("marks")
    sequence = Sequence(
        items=table.required("items", str),
        separator=table.get("separator", str, " "),
        step_ms=round(table.get("step_s", float, 60.0) * 1000),
        marks={
            read_event_type(marks, word, word): marks.get(word, str, "")
            for word in marks.own_keys()
        },
    )
    table.close()
    return sequence


def _holdout(table: Section) -> Holdout:
    word = table.required("method", str)
    method = read_choice(table, "method", word, HoldoutMethod)
    starts = method is HoldoutMethod.FROM_TIME
    holdout = Holdout(
        method=method,
        file=table.required("file", str),
        label=read_event_type(table, "label", table.required("label", str)),
        tasks=tuple(_task(task) for task in table.tables("tasks")) or (Task(name="new items"),),
        description=table.get("description", str, ""),
        share=table.get("share", float, 0.2),
        min_events=round(table.get("min_events", float, 1.0)),
        start_ms=required_moment(table, "start") if starts else 0,
        where=read_filters(table, "where"),
        known_only=table.get("known_only", bool, True),
        fits_held_out_users=table.get("fits_held_out_users", bool, False),
        has_impressions=table.get("has_impressions", bool, False),
    )
    if not 0 < holdout.share < 1:
        raise table.error("share", f"{holdout.share} is no share", "write a number between 0 and 1")
    table.close()
    return holdout


def _task(table: Section) -> Task:
    task = Task(name=table.required("name", str), repeats=table.get("repeats", bool, False))
    table.close()
    return task
