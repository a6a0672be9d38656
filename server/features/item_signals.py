"""Item signals in memory: counters by row, sliding windows and what trends."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Retrieved
from server.core.event_type import EventType
from server.features.engagements import Engagements
from server.features.row_counts import RowCounts
from server.features.settings import SignalSettings
from server.features.trending import trending_rows
from server.features.windows import SlidingCounts

POPULARITY: Final = 0
FIRST_IMPRESSION: Final = 1
EVENTS: Final = 32
SINCE_IMPRESSION: Final = 96
NEVER_MS: Final = 2**62

# Ranking up to this many rows takes a fraction of a millisecond and is done by the next request;
# more are ranked at most once in the interval.
RANKED_AT_ONCE: Final = 20_000
REFRESH_INTERVAL_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class SignalChanges:
    """What is to be saved, as it was at one moment."""

    pages: NDArray[np.intp]
    copies: dict[int, NDArray[Any]]
    buckets: dict[int, bytes]
    size: int
    held_buckets: list[int]


class WindowedItemSignals:
    """`ItemSignals`, and the writing side of it for the stream processor."""

    def __init__(self, settings: SignalSettings | None = None) -> None:
        settings = settings or SignalSettings()
        self._short = settings.trending_ms // settings.bucket_ms
        self._long = settings.recent_ms // settings.bucket_ms
        self._prior = settings.trending_prior
        self._bucket_ms = settings.bucket_ms
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.counts = RowCounts({FIRST_IMPRESSION: np.array(NEVER_MS, np.int64)})
        self.windows = SlidingCounts(self._bucket_ms, (self._short, self._long))
        self._changed_buckets: set[int] = set()
        self._trending = Retrieved.nothing()
        self._is_stale = False
        self._trending_head: int | None = None
        self._ranked_s = -REFRESH_INTERVAL_S

    def popularity(self) -> NDArray[np.float32]:
        return _frozen(self.counts.channel(POPULARITY))

    def event_counts(self, event_type: int) -> NDArray[np.float32]:
        return _frozen(self.counts.channel(EVENTS + event_type))

    def counts_since_impression(self, event_type: int) -> NDArray[np.float32]:
        return _frozen(self.counts.channel(SINCE_IMPRESSION + event_type))

    def recent(self, now_ms: int) -> NDArray[np.float32]:
        self.windows.advance(now_ms)
        return _frozen(self.windows.total(self._long))

    def trending(self, now_ms: int) -> Retrieved:
        self.windows.advance(now_ms)
        if self._is_stale or self.windows.head != self._trending_head:
            is_small = self.counts.size <= RANKED_AT_ONCE
            if is_small or time.monotonic() - self._ranked_s >= REFRESH_INTERVAL_S:
                self._rank_trending()
        return self._trending

    def refresh(self, now_ms: int) -> None:
        """Bring trending up to date, so that no request has to."""
        self.windows.advance(now_ms)
        if self._is_stale or self.windows.head != self._trending_head:
            self._rank_trending()

    def apply(self, entries: Engagements, now_ms: int) -> None:
        """Count entries in log order, each exactly once; times past `now_ms` count as now."""
        if not len(entries):
            return
        rows = entries.rows
        self.counts.resize(int(rows.max()) + 1)
        self.counts.mark(rows)
        for number in np.unique(entries.types):
            self.counts.add(EVENTS + int(number), rows[entries.types == number])
        is_positive = entries.signals > 0
        positive = entries.take(is_positive)
        self._count_since_impression(entries)
        if len(positive):
            self.counts.add(POPULARITY, positive.rows)
            times_ms = np.minimum(positive.times_ms, now_ms)
            self.windows.add(positive.rows, times_ms)
            buckets = np.unique(times_ms // self._bucket_ms)
            self._changed_buckets.update(buckets.tolist())
            self._is_stale = True

    def take_changes(self) -> SignalChanges:
        """Return what changed since the last call."""
        pages = self.counts.take_changed()
        buckets = {bucket: self.windows.rows_of(bucket) for bucket in self._changed_buckets}
        self._changed_buckets = set()
        copies = self.counts.copy_pages(pages)
        return SignalChanges(pages, copies, buckets, self.counts.size, self.windows.buckets())

    def put_back(self, changes: SignalChanges) -> None:
        """Say that changes could not be saved."""
        self.counts.mark_pages(changes.pages)
        self._changed_buckets.update(changes.buckets)

    def _count_since_impression(self, entries: Engagements) -> None:
        """Count positive events at or after the first impression known when they came.

        In log order, an entry sees the earliest impression time among the entries before it.
        """
        is_shown = entries.of_type(EventType.IMPRESSION)
        first_ms = self.counts.channel(FIRST_IMPRESSION)
        order = np.argsort(entries.rows, kind="stable")
        rows, times_ms = entries.rows[order], entries.times_ms[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        segments = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(rows)))
        shown_ms = np.where(is_shown[order], times_ms, NEVER_MS)
        shown_ms[starts] = np.minimum(shown_ms[starts], first_ms[rows[starts]])
        earliest_ms = _running_minimum(shown_ms, segments)
        ends = np.append(starts[1:], len(rows)) - 1
        first_ms[rows[ends]] = earliest_ms[ends]
        counted = (entries.signals[order] > 0) & (times_ms >= earliest_ms)
        types = entries.types[order]
        for number in np.unique(types[counted]):
            at = counted & (types == number)
            self.counts.add(SINCE_IMPRESSION + int(number), rows[at])

    def _rank_trending(self) -> None:
        short, long = self.windows.total(self._short), self.windows.total(self._long)
        share = self._short / (self._long - self._short)
        self._trending = trending_rows(short, long, share, self._prior)
        self._is_stale = False
        self._trending_head = self.windows.head
        self._ranked_s = time.monotonic()


def _running_minimum(values: NDArray[np.int64], segments: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the running minimum within each segment; segments are numbered from 0, ascending."""
    distinct, ranks = np.unique(values, return_inverse=True)
    # Every segment ranks below the one before, so that its minimum starts anew.
    offsets = segments * len(distinct)
    lowest = np.minimum.accumulate(ranks - offsets) + offsets
    result: NDArray[np.int64] = distinct[lowest]
    return result


def _frozen(values: NDArray[np.float32]) -> NDArray[np.float32]:
    view = values.view()
    view.flags.writeable = False
    return view
