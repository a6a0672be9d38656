"""Numbers by item row in memory, saved by page.

Shape letters: M rows, P rows of a page.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows

# Few rows, because one changed row saves its whole page.
PAGE: Final = 32
_HEAD: Final = struct.Struct("<B")
_ZERO: Final = np.array(0, np.float32)


class RowCounts:
    """Channels of one number a row, by channel number below 256; they grow as rows are touched."""

    def __init__(self, defaults: dict[int, NDArray[Any]]) -> None:
        """`defaults` maps a channel to its type and initial value, 0-d; others are float32 0."""
        self._defaults = defaults
        self._channels: dict[int, NDArray[Any]] = {}
        self._size = 0
        self._changed = np.zeros(0, np.bool_)

    @property
    def size(self) -> int:
        return self._size

    def channel(self, number: int) -> NDArray[Any]:
        """Return (M,) values, live: they change with the next write."""
        return self._writable(number)[: self._size]

    def resize(self, size: int) -> None:
        """Make room for rows below `size`."""
        if size <= self._size:
            return
        self._size = size
        pages = -(-size // PAGE)
        if pages > len(self._changed):
            grown = np.zeros(max(pages, len(self._changed) * 5 // 4 + 4), np.bool_)
            grown[: len(self._changed)] = self._changed
            self._changed = grown

    def add(self, number: int, rows: Rows) -> None:
        """Add one for each row, rows may repeat."""
        np.add.at(self._writable(number), rows, 1)

    def mark(self, rows: Rows) -> None:
        """Remember that these rows are to be saved."""
        self._changed[rows // PAGE] = True

    def take_changed(self) -> NDArray[np.intp]:
        """Return the numbers of the pages to be saved, and forget them."""
        pages = np.flatnonzero(self._changed)
        self._changed[pages] = False
        return pages

    def mark_pages(self, pages: NDArray[np.intp]) -> None:
        self._changed[pages] = True

    def copy_pages(self, pages: NDArray[np.intp]) -> dict[int, NDArray[Any]]:
        """Return channel -> (pages, P) values as they are now."""
        rows = (pages[:, None] * PAGE + np.arange(PAGE)).ravel()
        return {
            number: self._writable(number)[rows].reshape(len(pages), PAGE)
            for number in self._channels
        }

    def load(self, page: int, data: bytes) -> None:
        """Put a saved page back."""
        self.resize((page + 1) * PAGE)
        at = 0
        while at < len(data):
            (number,) = _HEAD.unpack_from(data, at)
            dtype = self._default(number).dtype.newbyteorder("<")
            values = np.frombuffer(data, dtype, PAGE, at + _HEAD.size)
            self._writable(number)[page * PAGE : (page + 1) * PAGE] = values
            at += _HEAD.size + values.nbytes

    def encode(
        self, pages: NDArray[np.intp], copies: dict[int, NDArray[Any]]
    ) -> Iterable[tuple[int, bytes]]:
        """Yield (page, bytes) of what `copy_pages` returned; untouched channels are left out."""
        used = {
            number: (copy != self._default(number)).any(axis=1) for number, copy in copies.items()
        }
        for at, page in enumerate(pages):
            parts: list[bytes] = []
            for number, copy in copies.items():
                if used[number][at]:
                    dtype = copy.dtype.newbyteorder("<")
                    parts.append(_HEAD.pack(number) + copy[at].astype(dtype).tobytes())
            yield int(page), b"".join(parts)

    def _default(self, number: int) -> NDArray[Any]:
        return self._defaults.get(number, _ZERO)

    def _writable(self, number: int) -> NDArray[Any]:
        channel = self._channels.get(number)
        default = self._default(number)
        capacity = -(-self._size // PAGE) * PAGE
        if channel is None or len(channel) < capacity:
            held = 0 if channel is None else len(channel)
            grown: NDArray[Any] = np.full(max(capacity, held * 5 // 4), default, default.dtype)
            if channel is not None:
                grown[:held] = channel
            channel = self._channels[number] = grown
        return channel
