"""Arrays and lists by row that grow in place, and copy before published rows change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Scalar = TypeVar("Scalar", bound=np.generic)

GROWTH: Final = 1.25
CHUNK: Final = 4_096


class GrowableArray(Generic[Scalar]):
    """One value a row.

    A view never changes: rows appended later lie beyond its end, and a change to a row that a
    view may hold copies the array first, once between two views.
    """

    def __init__(self, dtype: type[Scalar], missing: float, size: int = 0) -> None:
        """Begin with `size` rows of `missing`, a value of `dtype`."""
        self._missing = missing
        self._buffer: NDArray[Scalar] = np.full(max(16, size), missing, dtype)
        self._size = size
        self._published_size = 0

    def __len__(self) -> int:
        return self._size

    def resize(self, size: int) -> None:
        """Grow to `size` rows; new rows are missing."""
        if size > len(self._buffer):
            capacity = max(size, int(len(self._buffer) * GROWTH) + 16)
            buffer: NDArray[Scalar] = np.full(capacity, self._missing, self._buffer.dtype)
            buffer[: self._size] = self._buffer[: self._size]
            self._buffer = buffer
            self._published_size = 0
        self._size = max(self._size, size)

    def put(self, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Set rows within the size, each at most once."""
        before = self._buffer[rows]
        differs = before != values
        if np.issubdtype(self._buffer.dtype, np.floating):
            differs &= ~(np.isnan(before) & np.isnan(values))
        if (rows[differs] < self._published_size).any():
            self._buffer = self._buffer.copy()
            self._published_size = 0
        self._buffer[rows[differs]] = values[differs]

    def append(self, values: NDArray[Any]) -> None:
        """Add rows at the end."""
        start = self._size
        self.resize(start + len(values))
        self._buffer[start : self._size] = values

    def at(self, row: int) -> Scalar:
        """Return one value."""
        value: Scalar = self._buffer[row]
        return value

    def take(self, rows: NDArray[np.int64]) -> NDArray[Scalar]:
        """Return a copy of some values."""
        return self._buffer[rows]

    def slice(self, start: int, length: int) -> NDArray[Scalar]:
        """Return some values, to be read at once: they may change."""
        return self._buffer[start : start + length]

    def view(self) -> NDArray[Scalar]:
        """Return the rows as they are now, read-only."""
        self._published_size = self._size
        view = self._buffer[: self._size]
        view.flags.writeable = False
        return view


class RowStrings(Sequence[str]):
    """One string a row, in chunks, so that changing a row copies a chunk and not a million."""

    def __init__(self, chunks: list[list[str]], size: int) -> None:
        self._chunks = chunks
        self._size = size

    @classmethod
    def of(cls, values: Iterable[str]) -> RowStrings:
        return cls([], 0).appended(list(values))

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(self._size))]
        if row < 0:
            row += self._size
        if not 0 <= row < self._size:
            raise IndexError(row)
        return self._chunks[row // CHUNK][row % CHUNK]

    def __iter__(self) -> Iterator[str]:
        full, rest = divmod(self._size, CHUNK)
        for chunk in self._chunks[:full]:
            yield from chunk
        if rest:
            yield from self._chunks[full][:rest]

    def appended(self, values: Sequence[str]) -> RowStrings:
        """Return the rows with more behind them; this object stays as it is.

        Only the newest of a family may be appended to: they share their last chunk.
        """
        chunks = list(self._chunks)
        start = 0
        while start < len(values):
            if not chunks or len(chunks[-1]) == CHUNK:
                chunks.append([])
            room = CHUNK - len(chunks[-1])
            chunks[-1].extend(values[start : start + room])
            start += room
        return RowStrings(chunks, self._size + len(values))

    def replaced(self, changes: dict[int, str]) -> RowStrings:
        """Return the rows with some changed; this object stays as it is."""
        changes = {row: value for row, value in changes.items() if self[row] != value}
        chunks = list(self._chunks)
        for number in {row // CHUNK for row in changes}:
            chunks[number] = list(chunks[number])
        for row, value in changes.items():
            chunks[row // CHUNK][row % CHUNK] = value
        return RowStrings(chunks, self._size)
