"""User states to and from the bytes that the online store keeps."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.core.user_state import UserState

FORMAT: Final = 1
NEVER_MS: Final = -(2**63)

# format, generation, offset, positive count, first impression, lengths of the five row sets and
# of the two count tables
_HEAD: Final = struct.Struct("<BIQQq5I2B")
_COUNT: Final = struct.Struct("<BQ")


class StoredState(NamedTuple):
    """A state and the offset of the last event in it; replays skip what it has."""

    state: UserState
    offset: int


def encode(stored: StoredState, generation: int) -> bytes:
    """Return a state as bytes; rows are kept as int32.

    Args:
        generation: which rebuild of all states it belongs to.
    """
    state = stored.state
    first_ms = state.first_impression_ms
    head = _HEAD.pack(
        FORMAT,
        generation,
        stored.offset,
        state.positive_count,
        NEVER_MS if first_ms is None else first_ms,
        len(state.history),
        len(state.seen),
        len(state.engaged),
        len(state.purchased),
        len(state.hidden),
        len(state.event_counts),
        len(state.counts_since_impression),
    )
    arrays: tuple[NDArray[np.generic], ...] = (
        state.history.astype("<i4"),
        state.history_ms.astype("<i8"),
        state.history_types,
        state.seen.astype("<i4"),
        state.seen_counts.astype("<i4"),
        state.seen_ms.astype("<i8"),
        state.engaged.astype("<i4"),
        state.purchased.astype("<i4"),
        state.hidden.astype("<i4"),
    )
    tables = (_table(state.event_counts), _table(state.counts_since_impression))
    return b"".join((head, *tables, *(array.tobytes() for array in arrays)))


def decode(data: bytes, generation: int) -> StoredState | None:
    """Return the state of `encode`'s bytes; None if it is of another format or generation."""
    if data[0] != FORMAT:
        return None
    head = _HEAD.unpack_from(data)
    _, found_generation, offset, positive_count, first_ms = head[:5]
    history, seen, engaged, purchased, hidden, counts, since = head[5:]
    if found_generation != generation:
        return None
    reader = _Reader(data, _HEAD.size)
    event_counts, counts_since = reader.table(counts), reader.table(since)
    state = UserState(
        history=reader.rows(history),
        history_ms=reader.array("<i8", history).astype(np.int64, copy=False),
        history_types=reader.array("u1", history).astype(np.uint8, copy=False),
        seen=reader.rows(seen),
        seen_counts=reader.array("<i4", seen).astype(np.int32, copy=False),
        seen_ms=reader.array("<i8", seen).astype(np.int64, copy=False),
        engaged=reader.rows(engaged),
        purchased=reader.rows(purchased),
        hidden=reader.rows(hidden),
        event_counts=event_counts,
        counts_since_impression=counts_since,
        first_impression_ms=None if first_ms == NEVER_MS else first_ms,
        positive_count=positive_count,
    )
    return StoredState(state, offset)


def _table(counts: Mapping[int, int]) -> bytes:
    return b"".join(_COUNT.pack(number, counts[number]) for number in sorted(counts))


class _Reader:
    """Takes one piece after the other."""

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._at = start

    def array(self, dtype: str, count: int) -> NDArray[np.generic]:
        array: NDArray[np.generic] = np.frombuffer(self._data, dtype, count, self._at)
        self._at += array.nbytes
        return array

    def rows(self, count: int) -> NDArray[np.int64]:
        return self.array("<i4", count).astype(np.int64)

    def table(self, count: int) -> dict[int, int]:
        end = self._at + count * _COUNT.size
        table: dict[int, int] = dict(_COUNT.iter_unpack(self._data[self._at : end]))
        self._at = end
        return table
