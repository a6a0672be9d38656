"""Inserting many rows with few statements."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import apsw

# Few sizes, so that the connection's statement cache holds them all.
ROWS_PER_STATEMENT: Final = (256, 32, 4, 1)


def insert_rows(
    connection: apsw.Connection,
    insert: str,
    rows: Sequence[tuple[apsw.SQLiteValue, ...]],
    *,
    suffix: str = "",
) -> None:
    """Run `insert` ("INSERT INTO t(a, b)") for all rows, `suffix` being its ON CONFLICT clause.

    A statement gives up the interpreter lock and may wait for it as long as a busy event loop
    holds it, so that many rows share one.
    """
    if not rows:
        return
    placeholders = f"({','.join('?' * len(rows[0]))})"
    start = 0
    for count in ROWS_PER_STATEMENT:
        statement = f"{insert} VALUES {','.join([placeholders] * count)} {suffix}"
        while len(rows) - start >= count:
            values = list(itertools.chain.from_iterable(rows[start : start + count]))
            connection.execute(statement, values)
            start += count
