"""How candidates relate to what the subject engaged with before.

Shape letters: N candidates, H history entries, U recent distinct items, V values, L bag entries.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import ItemColumns
from server.core.user_state import UserState
from server.features.item_texts import ItemTexts
from server.features.raw_values import RawBags, RawTexts

# At most 64: `affinity` keeps one bit for each of the recent items.
AFFINITY_LENGTH = 50
_DAY_MS = 86_400_000.0


def times_engaged(
    user: UserState, rows: Rows, now_ms: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N,) how often each row is in the history, and (N,) days since then, NaN for never."""
    count_N, days_N = np.zeros(len(rows)), np.full(len(rows), np.nan)
    if len(user.history) == 0:
        return count_N, days_N
    engaged, counts, last_ms = user.engagements
    place = np.minimum(np.searchsorted(engaged, rows), len(engaged) - 1)
    hit = engaged[place] == rows
    count_N[hit] = counts[place[hit]]
    days_N[hit] = (now_ms - last_ms[place[hit]]) / _DAY_MS
    return count_N, days_N


def affinity(
    items: ItemColumns, texts: ItemTexts, recent: Rows, rows: Rows, attribute: str
) -> NDArray[np.float64]:
    """Return (N,) the share of the recent distinct items that share a value with each row.

    0 without recent items. Source: share = |{u : values(u) and values(row) meet}| / U.
    """
    if len(recent) == 0 or len(rows) == 0:
        return np.zeros(len(rows))
    mine, theirs = texts.of(items, recent, attribute), texts.of(items, rows, attribute)
    row_u, code_u = _pairs(mine)
    # One bit a recent item, so that a union of values is an OR, and a share a count of bits.
    holders_V = np.zeros(len(theirs.values) + 1, np.uint64)
    np.bitwise_or.at(holders_V, code_u, np.left_shift(np.uint64(1), row_u.astype(np.uint64)))
    if isinstance(theirs, RawBags):
        meets_N = _any_of(holders_V[theirs.codes_L[theirs.entries()]], theirs.lengths_N)
    else:
        # Missing is -1: the last place, which nobody holds.
        meets_N = holders_V[theirs.codes_N]
    share_N: NDArray[np.float64] = np.bitwise_count(meets_N) / len(recent)
    return share_N


def _any_of(bits_L: NDArray[np.uint64], lengths_N: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return (N,) the OR over each row's entries, 0 for rows without any."""
    union_N = np.zeros(len(lengths_N), np.uint64)
    filled = lengths_N > 0
    if filled.any():
        starts = np.cumsum(lengths_N[filled]) - lengths_N[filled]
        union_N[filled] = np.bitwise_or.reduceat(bits_L, starts)
    return union_N


def top_value(items: ItemColumns, texts: ItemTexts, recent: Rows, attribute: str) -> str | None:
    """Return the value that most of the recent items have; ties go to the smallest string."""
    found = texts.of(items, recent, attribute)
    _, code_u = _pairs(found)
    if len(code_u) == 0:
        return None
    # No item has a value twice, so that entries are items.
    codes, counts = np.unique(code_u, return_counts=True)
    top: str = min(found.values[code] for code in codes[counts == counts.max()].tolist())
    return top


def _pairs(texts: RawTexts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (row, code) of every value that is not missing."""
    if isinstance(texts, RawBags):
        row = np.repeat(np.arange(len(texts.lengths_N)), texts.lengths_N)
        code = texts.codes_L[texts.entries()]
    else:
        row, code = np.arange(len(texts.codes_N)), texts.codes_N
    known = code >= 0
    return row[known], code[known].astype(np.int64)
