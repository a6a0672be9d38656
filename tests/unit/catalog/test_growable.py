"""Rows of strings share their chunks, and still never change."""

from __future__ import annotations

import pytest

from server.catalog.growable import CHUNK, RowStrings


def test_rows_are_read_one_by_one_in_slices_and_in_order():
    rows = RowStrings.of(str(number) for number in range(CHUNK + 3))
    assert (rows[0], rows[CHUNK], rows[-1]) == ("0", str(CHUNK), str(CHUNK + 2))
    assert rows[CHUNK - 1 : CHUNK + 1] == [str(CHUNK - 1), str(CHUNK)]
    assert list(rows) == [str(number) for number in range(CHUNK + 3)]
    with pytest.raises(IndexError):
        rows[CHUNK + 3]


def test_appending_and_replacing_leave_older_rows_as_they_are():
    first = RowStrings.of(["a", "b"])
    second = first.appended(["c"])
    third = second.replaced({0: "A", 2: "C"})
    fourth = third.appended(["d"])
    assert [list(each) for each in (first, second, third, fourth)] == [
        ["a", "b"],
        ["a", "b", "c"],
        ["A", "b", "C"],
        ["A", "b", "C", "d"],
    ]
