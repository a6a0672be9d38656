"""Reads the small parts of a mapping: cells, times, attributes, row filters."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from enum import Enum
from typing import TypeVar

from server.batch.mapping.language import (
    AttributeCell,
    Cell,
    Comparison,
    Pick,
    RowFilter,
    TimeCell,
    TimeKind,
)
from server.batch.mapping.section import Section, suggestion
from server.catalog.item import Attribute, AttributeType
from server.core.event_type import EventType

AnyEnum = TypeVar("AnyEnum", bound=Enum)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_NUMERIC_TESTS = {Comparison.ABOVE, Comparison.BELOW, Comparison.AT_LEAST, Comparison.AT_MOST}
_LIST_TESTS = {Comparison.IN, Comparison.NOT_IN}
_PATTERN_TESTS = {Comparison.MATCHES, Comparison.NOT_MATCHES}


def read_choice(section: Section, key: str, word: str, choices: type[AnyEnum]) -> AnyEnum:
    """Return the member that a word names, by its name in lower case.

    Raises:
        MappingError: there is none.
    """
    by_name = {member.name.lower(): member for member in choices}
    if word not in by_name:
        raise section.error(key, f"{word!r} is not known", suggestion(word, by_name))
    return by_name[word]


def read_event_type(section: Section, key: str, word: str) -> EventType:
    """Return the event type that a word names."""
    return read_choice(section, key, word, EventType)


def read_cell(section: Section, key: str) -> Cell | None:
    """Return the cell under a key: a column name, or a table; None if absent."""
    if not section.has(key):
        return None
    if isinstance(section.raw(key), str):
        return Cell(column=section.required(key, str))
    table = section.table(key)
    cell = _cell_of(table)
    table.close()
    return cell


def required_cell(section: Section, key: str) -> Cell:
    """Return the cell under a key that must be there."""
    cell = read_cell(section, key)
    if cell is None:
        raise section.error(key, "is missing", "name the column that holds it")
    return cell


def _cell_of(table: Section) -> Cell:
    scale = table.raw("scale")
    if scale is not None and not _is_scale(scale):
        raise table.error("scale", f"{scale!r} is no scale", "write [lowest, highest]")
    return Cell(
        column=table.required("column", str),
        pattern=read_pattern(table, "pattern", groups=1),
        missing=table.strings("missing"),
        separator=table.get("separator", str, ""),
        multiply=table.get("multiply", float, 1.0),
        scale=(float(scale[0]), float(scale[1])) if isinstance(scale, list) else None,
        clip=table.get("clip", bool, False),
        pick=read_choice(table, "pick", table.get("pick", str, "first"), Pick),
    )


def _is_scale(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, int | float) for each in value)
        and value[0] < value[1]
    )


def read_pattern(section: Section, key: str, *, groups: int) -> str:
    """Return a regular expression with at least as many groups, empty if absent."""
    pattern = section.get(key, str, "")
    try:
        found = re.compile(pattern).groups
    except re.error as error:
        raise section.error(key, f"{pattern!r} is no regular expression ({error})", "fix it") from (
            error
        )
    if pattern and found < groups:
        raise section.error(key, "has no group", "put ( ) around the part that is the value")
    return pattern


def read_time(section: Section, key: str) -> TimeCell | None:
    """Return the time under a key: a column name, or a table of one kind; None if absent."""
    if not section.has(key):
        return None
    if isinstance(section.raw(key), str):
        return TimeCell(kind=TimeKind.COLUMN, column=section.required(key, str))
    table = section.table(key)
    cell = _time_of(table)
    table.close()
    return cell


def _time_of(table: Section) -> TimeCell:
    if table.get("row_order", bool, False):
        step_ms = round(table.get("step_s", float, 1.0) * 1000)
        start_ms = required_moment(table, "start")
        return TimeCell(kind=TimeKind.ROW_ORDER, start_ms=start_ms, step_ms=step_ms)
    if table.get("earliest", bool, False):
        return TimeCell(kind=TimeKind.EARLIEST)
    if table.has("constant"):
        constant_ms = required_moment(table, "constant")
        return TimeCell(kind=TimeKind.CONSTANT, constant_ms=constant_ms)
    return TimeCell(
        kind=TimeKind.COLUMN,
        column=table.required("column", str),
        format=table.get("format", str, "auto"),
    )


def required_moment(section: Section, key: str) -> int:
    """Return a point in time as milliseconds: a TOML date or time, or RFC 3339 text; UTC if bare.

    Raises:
        MappingError: there is none, or it can't be read.
    """
    value = section.raw(key)
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
    except ValueError:
        value = None
    if not isinstance(value, datetime):
        raise section.error(key, "is missing or no time", 'write "2024-01-31T00:00:00Z"')
    moment = value if value.tzinfo else value.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def read_attributes(section: Section) -> tuple[AttributeCell, ...]:
    """Return the attributes of a table whose keys are attribute names."""
    table = section.table("attributes")
    return tuple(_attribute(table, name) for name in table.own_keys())


def _attribute(table: Section, name: str) -> AttributeCell:
    if not _NAME.fullmatch(name):
        raise table.error(name, "is no attribute name", "use a-z, 0-9 and _, first a letter")
    if isinstance(table.raw(name), str):
        attribute = Attribute(name, AttributeType.STRING, is_filterable=True, is_feature=True)
        return AttributeCell(attribute, Cell(column=table.required(name, str)))
    entry = table.table(name)
    kind = read_choice(entry, "type", entry.get("type", str, "string"), AttributeType)
    filterable = entry.get("filterable", bool, kind is not AttributeType.TEXT)
    feature = entry.get("feature", bool, True)
    cell = _cell_of(entry)
    if cell.pick is Pick.MEDIAN and kind is not AttributeType.NUMBER:
        raise entry.error("pick", "the median needs a number", 'add type = "number"')
    entry.close()
    return AttributeCell(Attribute(name, kind, filterable, feature), cell)


def read_filters(section: Section, key: str) -> tuple[RowFilter, ...]:
    """Return the row filters of a list; all of them must hold."""
    return tuple(_filter(table) for table in section.tables(key))


def _filter(table: Section) -> RowFilter:
    column = table.required("column", str)
    tests = [key for key in table.own_keys() if key != "column"]
    if len(tests) != 1:
        raise table.error("", "needs exactly one test", "such as { column = ..., above = 0 }")
    test = read_choice(table, tests[0], tests[0], Comparison)
    return RowFilter(column=column, test=test, value=_filter_value(table, tests[0], test))


def _filter_value(
    table: Section, key: str, test: Comparison
) -> str | float | bool | tuple[str, ...]:
    if test in _NUMERIC_TESTS:
        return table.required(key, float)
    if test in _LIST_TESTS:
        return table.strings(key)
    if test in _PATTERN_TESTS:
        return read_pattern(table, key, groups=0)
    if test is Comparison.PRESENT:
        return table.required(key, bool)
    return table.required(key, str)
