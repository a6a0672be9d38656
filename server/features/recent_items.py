"""What the items that a subject engaged with last have in common, and with candidates.

Shape letters: N candidates, U recent items, E entries: one for each value of a recent item,
C codes of a dictionary, L asked codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import ItemColumns
from server.core.user_state import UserState
from server.features.item_texts import ItemTexts
from server.features.raw_values import RawBags, RawTexts

# At most 64: one bit stands for each of the recent items.
AFFINITY_LENGTH = 50
_BITS = np.left_shift(np.uint64(1), np.arange(AFFINITY_LENGTH, dtype=np.uint64))


class Entries(NamedTuple):
    """The values of the recent items that are not missing, and the bit of the item of each."""

    codes_E: NDArray[np.intp]
    bits_E: NDArray[np.uint64]
    values: Sequence[str]


class HolderBits:
    """Which recent items hold a value, by dictionary code; scratch memory for one thread."""

    def __init__(self) -> None:
        self._bits_C = np.zeros(1, np.uint64)

    def of(
        self, entries: Entries, asked_L: NDArray[np.int32] | NDArray[np.intp]
    ) -> NDArray[np.uint64]:
        """Return (L,) the bits of all items that hold each code; none hold -1."""
        bits_C = self._room_for(len(entries.values))
        # An item has no value twice, so that its bits add up.
        np.add.at(bits_C, entries.codes_E, entries.bits_E)
        try:
            return bits_C.take(asked_L)
        finally:
            # In a long dictionary, a new array for each request would cost more than this.
            bits_C[entries.codes_E] = 0

    def _room_for(self, size: int) -> NDArray[np.uint64]:
        """Return more than `size` zeros: the last place, which code -1 finds, stays zero."""
        if len(self._bits_C) <= size:
            self._bits_C = np.zeros(size + size // 8 + 1, np.uint64)
        return self._bits_C


class RecentItems:
    """The last distinct items of a history; each attribute is read once."""

    def __init__(
        self, items: ItemColumns, texts: ItemTexts, rows: Rows, holders: HolderBits
    ) -> None:
        """Args: rows: at most `AFFINITY_LENGTH`, inside the view."""
        self._items = items
        self._texts = texts
        self._rows = rows
        self._holders = holders
        self._entries: dict[str, Entries] = {}

    def affinity(self, attribute: str, theirs: RawTexts) -> NDArray[np.float64]:
        """Return (N,) the share of these items that have a value in common with each candidate.

        0 without recent items. Source: share = |{u : values(u) and values(row) meet}| / U.

        Args:
            theirs: the attribute's values of the candidates, in the same dictionary.
        """
        if len(self._rows) == 0:
            return np.zeros(theirs.count)
        entries = self._entries_of(attribute)
        if entries.values is not theirs.values:
            # Titles and ids have no dictionary, and nothing in common.
            return np.zeros(theirs.count)
        if isinstance(theirs, RawBags):
            meets_N = _any_of(self._holders.of(entries, theirs.codes_L), theirs)
        else:
            meets_N = self._holders.of(entries, theirs.codes_N)
        share_N: NDArray[np.float64] = np.bitwise_count(meets_N) / len(self._rows)
        return share_N

    def top(self, attribute: str) -> str | None:
        """Return the value that most of these items have; ties go to the smallest string."""
        entries = self._entries_of(attribute)
        if len(entries.codes_E) == 0:
            return None
        counts_E = np.bitwise_count(self._holders.of(entries, entries.codes_E))
        most: set[int] = set(entries.codes_E[counts_E == counts_E.max()].tolist())
        return min(entries.values[code] for code in most)

    def _entries_of(self, attribute: str) -> Entries:
        if attribute not in self._entries:
            found = self._texts.of(self._items, self._rows, attribute)
            self._entries[attribute] = _entries(found)
        return self._entries[attribute]


def recent_rows(user: UserState, size: int) -> Rows:
    """Return the last distinct rows of the history, the latest first, inside a view's size."""
    recent = user.recent_unique(AFFINITY_LENGTH)
    return recent[(recent >= 0) & (recent < size)]


def _entries(texts: RawTexts) -> Entries:
    bits_U = _BITS[: texts.count]
    if isinstance(texts, RawBags):
        return Entries(texts.codes_L.astype(np.intp), bits_U.repeat(texts.lengths_N), texts.values)
    known_U = texts.codes_N >= 0
    return Entries(texts.codes_N[known_U].astype(np.intp), bits_U[known_U], texts.values)


def _any_of(bits_L: NDArray[np.uint64], bags: RawBags) -> NDArray[np.uint64]:
    """Return (N,) the OR over each row's entries, 0 for rows without any."""
    filled = bags.lengths_N > 0
    if filled.all():
        return np.bitwise_or.reduceat(bits_L, bags.starts_N)
    union_N = np.zeros(bags.count, np.uint64)
    union_N[filled] = np.bitwise_or.reduceat(bits_L, bags.starts_N[filled])
    return union_N
