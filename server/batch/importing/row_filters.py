"""Applies the row filters of a mapping.

Shape legend: R rows of the table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from server.batch.importing.reader import Floats, Mask, RowReader
from server.batch.mapping.language import Cell, Comparison, RowFilter

_NUMERIC = {
    Comparison.ABOVE: np.greater,
    Comparison.BELOW: np.less,
    Comparison.AT_LEAST: np.greater_equal,
    Comparison.AT_MOST: np.less_equal,
}


def passing(reader: RowReader, filters: Sequence[RowFilter]) -> Mask:
    """Return which rows pass all filters; rows that a numeric filter can't read are refused.

    A later filter doesn't look at what an earlier one left out, so that its refusals concern only
    rows that would be used.
    """
    mask = np.ones(len(reader), np.bool_)
    for row_filter in filters:
        mask &= _passes(reader, row_filter)
    return mask


def keep_passing(reader: RowReader, filters: Sequence[RowFilter]) -> None:
    """Leave out the rows that don't pass."""
    for row_filter in filters:
        reader.leave_out(~_passes(reader, row_filter))


def _passes(reader: RowReader, row_filter: RowFilter) -> Mask:
    cell = Cell(column=row_filter.column)
    value = row_filter.value
    if row_filter.test in (
        Comparison.ABOVE,
        Comparison.BELOW,
        Comparison.AT_LEAST,
        Comparison.AT_MOST,
    ):
        assert isinstance(value, float)
        numbers = reader.numbers(cell, row_filter.column)
        return _compare(numbers, row_filter.test, value)
    coded = reader.text(cell)
    verdicts = [_holds(text, row_filter) for text in coded.values] + [_holds("", row_filter)]
    mask: Mask = np.array(verdicts, np.bool_)[coded.codes]
    return mask


def _compare(numbers: Floats, test: Comparison, value: float) -> Mask:
    mask: Mask = _NUMERIC[test](numbers, value)
    return mask


def _holds(text: str, row_filter: RowFilter) -> bool:
    value = row_filter.value
    match row_filter.test:
        case Comparison.PRESENT:
            return bool(text) is value
        case Comparison.EQUALS:
            return text == value
        case Comparison.NOT_EQUALS:
            return text != value
        case Comparison.IN | Comparison.NOT_IN:
            assert isinstance(value, tuple)
            return (text in value) is (row_filter.test is Comparison.IN)
        case Comparison.MATCHES | Comparison.NOT_MATCHES:
            found = re.search(str(value), text) is not None
            return found is (row_filter.test is Comparison.MATCHES)
    return False
