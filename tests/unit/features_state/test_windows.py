"""Sliding windows against counting by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.features.windows import SlidingCounts, leaving

BUCKET_MS = 10
SPANS = (2, 5)

additions = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 150)), min_size=1, max_size=6)
steps = st.one_of(
    additions.map(lambda each: ("add", each)), st.integers(0, 200).map(lambda ms: ("advance", ms))
)


def counted(events, head, span):
    totals = np.zeros(7)
    for row, time_ms in events:
        if head - span < time_ms // BUCKET_MS <= head:
            totals[row] += 1
    return totals.tolist()


def padded(values):
    return np.pad(values, (0, 7 - len(values))).tolist()


@given(st.lists(steps, max_size=20))
def test_totals_are_what_the_windows_hold(history):
    windows, events, head = SlidingCounts(BUCKET_MS, SPANS), [], None
    for step, argument in history:
        if step == "advance":
            windows.advance(argument)
            latest = argument if head is not None else None
        else:
            rows, times_ms = np.array(argument, np.int64).T
            windows.add(rows, times_ms)
            events += argument
            latest = int(times_ms.max())
        if latest is not None:
            head = max(latest // BUCKET_MS, -1 if head is None else head)
        assert windows.head == head
        if head is None:
            continue
        for span in SPANS:
            assert padded(windows.total(span)) == counted(events, head, span)
        assert all(bucket > head - max(SPANS) for bucket in windows.buckets())


@settings(max_examples=50)
@given(additions, additions)
def test_saved_buckets_restore_the_windows(first, second):
    windows, restored = SlidingCounts(BUCKET_MS, SPANS), SlidingCounts(BUCKET_MS, SPANS)
    for batch in (first, second):
        windows.add(*np.array(batch, np.int64).T)
    for bucket in windows.buckets():
        rows = np.frombuffer(windows.rows_of(bucket), np.int32).astype(np.int64)
        restored.restore(bucket, rows)
    for span in SPANS:
        assert padded(restored.total(span)) == padded(windows.total(span))


def test_nothing_is_counted_before_the_first_event():
    windows = SlidingCounts(BUCKET_MS, SPANS)
    windows.add(np.empty(0, np.int64), np.empty(0, np.int64))
    assert (windows.head, len(windows.total(2)), windows.rows_of(3)) == (None, 0, b"")


def test_old_data_counts_although_the_clock_was_ahead_before_it():
    windows = SlidingCounts(BUCKET_MS, SPANS)
    windows.advance(10**12)
    windows.add(np.array([1]), np.array([55]))
    assert (windows.head, windows.total(2).tolist()) == (5, [0, 1])


def test_buckets_leave_one_by_one_or_all_at_once():
    assert list(leaving(head=9, new_head=10, span=3)) == [7]
    assert list(leaving(head=9, new_head=100, span=3)) == [7, 8, 9]


def test_a_long_pause_is_cheap():
    windows = SlidingCounts(1, (2, 5))
    windows.add(np.array([0]), np.array([0]))
    windows.advance(10**15)
    assert windows.total(5).tolist() == [0]
