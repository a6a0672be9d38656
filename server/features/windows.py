"""Sliding windows over events, in buckets of time; all arithmetic is on integers.

Shape letter: M rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows


def bucket_of(time_ms: int, bucket_ms: int) -> int:
    """Return the number of the bucket that a time falls into."""
    return time_ms // bucket_ms


def leaving(head: int, new_head: int, span: int) -> range:
    """Return the buckets that leave a window when its last bucket moves from head to new_head.

    The window has `span` buckets and ends with its head: head - span < bucket <= head.
    """
    return range(head - span + 1, min(new_head - span, head) + 1)


class SlidingCounts:
    """Counts by row over several windows that end now, the longest of `spans` buckets.

    The newest bucket is the one of the latest time seen and is counted as far as it got, so that
    a window of `span` buckets covers between span - 1 and span of them.
    """

    def __init__(self, bucket_ms: int, spans: Sequence[int]) -> None:
        self._bucket_ms = bucket_ms
        self._spans = tuple(spans)
        self._longest = max(spans)
        self._head: int | None = None
        self._buckets: dict[int, array[int]] = {}
        self._totals = {span: np.zeros(0, np.float32) for span in self._spans}
        self._size = 0

    @property
    def bucket_ms(self) -> int:
        return self._bucket_ms

    @property
    def head(self) -> int | None:
        """The newest bucket's number, None before the first event."""
        return self._head

    def total(self, span: int) -> NDArray[np.float32]:
        """Return (M,) counts of one window, live: they change with the next call here."""
        return self._totals[span][: self._size]

    def advance(self, now_ms: int) -> None:
        """Move the windows on; a time before the newest bucket changes nothing.

        Before the first event nothing does: data that is older than now may follow.
        """
        new_head = bucket_of(now_ms, self._bucket_ms)
        head = self._head
        if head is None or new_head <= head:
            return
        for span in self._spans:
            for bucket in self._held(leaving(head, new_head, span)):
                np.subtract.at(self._totals[span], self._rows(bucket), np.float32(1))
        for bucket in [each for each in self._buckets if each <= new_head - self._longest]:
            del self._buckets[bucket]
        self._head = new_head

    def add(self, rows: Rows, times_ms: NDArray[np.int64]) -> None:
        """Count one event a row; those older than a window are not in it.

        Times past the newest bucket move the windows on.
        """
        if not len(rows):
            return
        self._grow(int(rows.max()) + 1)
        self._reach(int(times_ms.max()))
        buckets = times_ms // self._bucket_ms
        for bucket in np.unique(buckets):
            self._add_bucket(int(bucket), rows[buckets == bucket])

    def restore(self, bucket: int, rows: Rows) -> None:
        """Put a saved bucket back."""
        if len(rows):
            self._grow(int(rows.max()) + 1)
        self._reach(bucket * self._bucket_ms)
        self._add_bucket(bucket, rows)

    def rows_of(self, bucket: int) -> bytes:
        """Return the rows of one bucket as int32, with repeats."""
        return self._buckets[bucket].tobytes() if bucket in self._buckets else b""

    def buckets(self) -> list[int]:
        """Return the numbers of the buckets that hold something."""
        return sorted(self._buckets)

    def _reach(self, time_ms: int) -> None:
        if self._head is None:
            self._head = bucket_of(time_ms, self._bucket_ms)
        self.advance(time_ms)

    def _add_bucket(self, bucket: int, rows: Rows) -> None:
        head = self._head
        if head is None or bucket <= head - self._longest:
            return
        self._buckets.setdefault(bucket, array("i")).frombytes(rows.astype(np.int32).tobytes())
        for span in self._spans:
            if bucket > head - span:
                np.add.at(self._totals[span], rows, np.float32(1))

    def _held(self, buckets: range) -> Iterator[int]:
        """Yield those of the buckets that hold something, however long the range is."""
        if len(buckets) > len(self._buckets):
            yield from [each for each in self._buckets if each in buckets]
        else:
            yield from [each for each in buckets if each in self._buckets]

    def _rows(self, bucket: int) -> NDArray[np.int32]:
        return np.frombuffer(self._buckets[bucket], np.int32)

    def _grow(self, size: int) -> None:
        self._size = max(self._size, size)
        for span, total in self._totals.items():
            if size > len(total):
                grown = np.zeros(max(size, len(total) * 5 // 4 + 64), np.float32)
                grown[: len(total)] = total
                self._totals[span] = grown
