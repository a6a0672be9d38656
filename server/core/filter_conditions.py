"""What one restriction of a filter means for columns: typed, vectorised, missing values false.

Shape letters: M catalogue rows, N asked rows, V distinct values, L list entries.
A condition answers for all rows, or for the N rows asked for. No condition but a negated one
holds for an item that has no value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Rows
from server.core.filter_syntax import Restriction
from server.core.filter_tokens import Token, TokenKind, filter_error
from server.core.item_columns import ItemColumns

Condition: TypeAlias = Callable[[ItemColumns, Rows | None], Mask]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    ":": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERINGS = frozenset({"<", "<=", ">", ">="})
_NO_TIME = (np.iinfo(np.int64).min, np.iinfo(np.int64).max)


def string_condition(restriction: Restriction) -> Condition:
    """Compare one string; `*` at an end of the value matches anything there."""
    name = restriction.name.text
    matches = _DictionaryMatch(_string_test(restriction))

    def condition(items: ItemColumns, rows: Rows | None) -> Mask:
        column = items.strings.get(name)
        if column is None:
            return _none(items, rows)
        found: Mask = matches.of(column.values)[_at(column.codes, rows)]
        return found

    return condition


def strings_condition(restriction: Restriction) -> Condition:
    """Tell whether a set has the value; `*` as for a string, alone: whether there is any value.

    Raises:
        InvalidFilterError: another comparator than `:`.
    """
    if restriction.comparator != ":":
        raise filter_error(
            restriction.name.position, f"{restriction.name.text!r} is a set: use ':' to look in it"
        )
    name = restriction.name.text
    matches = _DictionaryMatch(_string_test(restriction))

    def condition(items: ItemColumns, rows: Rows | None) -> Mask:
        column = items.string_sets.get(name)
        if column is None:
            return _none(items, rows)
        starts = _at(column.starts, rows)
        lengths = _at(column.lengths, rows)
        hits = matches.of(column.values)[column.codes]
        before = np.concatenate([[0], np.cumsum(hits)])
        found: Mask = before[starts + lengths] > before[starts]
        return found

    return condition


def number_condition(restriction: Restriction) -> Condition:
    """Compare a number.

    Raises:
        InvalidFilterError: the value is not a plain finite number.
    """
    return _ordered_condition(restriction, _number, lambda items, name: items.numbers.get(name))


def time_condition(
    restriction: Restriction,
    column: Callable[[ItemColumns, str], NDArray[Any] | None] = lambda items, name: (
        items.numbers.get(name)
    ),
) -> Condition:
    """Compare a point in time, given as RFC 3339.

    Raises:
        InvalidFilterError: the value is not an RFC 3339 time with a zone.
    """
    return _ordered_condition(restriction, _time_ms, column)


def item_id_condition(restriction: Restriction) -> Condition:
    """Tell whether an item has the id.

    Raises:
        InvalidFilterError: a wildcard, or an ordering.
    """
    value = restriction.value
    if value.has_wildcard or restriction.comparator in _ORDERINGS:
        raise filter_error(value.position, "item_id can only be compared for equality")
    is_wanted = restriction.comparator != "!="

    def condition(items: ItemColumns, rows: Rows | None) -> Mask:
        row = items.row_of.get(value.text, -1)
        all_rows = np.arange(items.size) if rows is None else rows
        found: Mask = (all_rows == row) == is_wanted
        return found

    return condition


def _ordered_condition(
    restriction: Restriction,
    parse: Callable[[Token], float],
    column: Callable[[ItemColumns, str], NDArray[Any] | None],
) -> Condition:
    name = restriction.name.text
    is_presence = _is_presence(restriction)
    wanted = 0.0 if is_presence else parse(restriction.value)
    compare = _COMPARE[restriction.comparator]

    def condition(items: ItemColumns, rows: Rows | None) -> Mask:
        found = column(items, name)
        if found is None:
            return _none(items, rows)
        values = _at(found, rows)
        if values.dtype.kind == "f":
            present = ~np.isnan(values)
        else:
            present = (values != _NO_TIME[0]) & (values != _NO_TIME[1])
        kept: Mask = present if is_presence else present & compare(values, wanted)
        return kept

    return condition


class _DictionaryMatch:
    """Which distinct values pass a test, found once per dictionary."""

    def __init__(self, test: Callable[[str], bool]) -> None:
        self._test = test
        self._last: tuple[Sequence[str], int, Mask] | None = None

    def of(self, values: Sequence[str]) -> Mask:
        """Return (V + 1,) bool; the last entry, which code -1 picks, is False."""
        last = self._last
        if last is not None and last[0] is values and last[1] == len(values):
            return last[2]
        count = len(values)
        found = np.zeros(count + 1, np.bool_)
        found[:count] = [self._test(values[code]) for code in range(count)]
        self._last = (values, count, found)
        return found


def _string_test(restriction: Restriction) -> Callable[[str], bool]:
    value, comparator = restriction.value, restriction.comparator
    if _is_presence(restriction):
        return lambda text: True
    if comparator in _ORDERINGS:
        if value.has_wildcard:
            raise filter_error(value.position, f"a wildcard cannot be compared with {comparator!r}")
        if value.kind is TokenKind.TEXT and _is_number(value.text):
            raise filter_error(
                value.position,
                f"{restriction.name.text!r} is a string and cannot be compared with the number "
                f"{value.text}; quote it to compare text",
            )
    elif value.has_wildcard:
        is_wanted = comparator != "!="
        return lambda text: _matches(text, value) == is_wanted
    compare = _COMPARE[comparator]
    return lambda text: bool(compare(text, value.text))


def _matches(text: str, value: Token) -> bool:
    if value.is_open_start and value.is_open_end:
        return value.text in text
    return text.endswith(value.text) if value.is_open_start else text.startswith(value.text)


def _is_presence(restriction: Restriction) -> bool:
    value = restriction.value
    is_star = value.kind is TokenKind.TEXT and value.has_wildcard and not value.text
    return is_star and restriction.comparator == ":"


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _number(value: Token) -> float:
    if value.kind is TokenKind.QUOTED or value.has_wildcard or not _is_number(value.text):
        raise filter_error(value.position, f"expected a number, found {value.shown()}")
    return float(value.text)


def _time_ms(value: Token) -> float:
    try:
        time = datetime.fromisoformat(value.text)
    except ValueError:
        time = None
    if time is None or time.tzinfo is None or value.has_wildcard or "T" not in value.text:
        raise filter_error(
            value.position,
            f"expected an RFC 3339 time such as 2024-05-01T00:00:00Z, found {value.shown()}",
        )
    return round(time.timestamp() * 1000)


def _at(column: NDArray[Any], rows: Rows | None) -> NDArray[Any]:
    return column if rows is None else column[rows]


def _none(items: ItemColumns, rows: Rows | None) -> Mask:
    return np.zeros(items.size if rows is None else len(rows), np.bool_)
