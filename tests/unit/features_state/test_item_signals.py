"""Item signals count every entry once, however they arrive."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.event_type import EventType, signal
from server.features.engagements import Engagements
from server.features.item_signals import RANKED_AT_ONCE, WindowedItemSignals
from server.features.settings import SignalSettings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_000 * DAY_MS


def entries(*found: tuple[int, EventType, int]) -> Engagements:
    """Return entries of (row, type, time)."""
    rows, types, times_ms = zip(*found, strict=True) if found else ((), (), ())
    return Engagements(
        np.array(rows, np.int64),
        np.array(types, np.uint8),
        np.array([signal(each, 5.0) for each in types], np.int8),
        np.array(times_ms, np.int64),
    )


def described(signals: WindowedItemSignals) -> dict[str, list[float]]:
    now_ms = START_MS + 30 * DAY_MS
    arrays = {"popularity": signals.popularity(), "recent": signals.recent(now_ms)}
    for each in EventType:
        arrays[f"events {each.name}"] = signals.event_counts(each)
        arrays[f"since {each.name}"] = signals.counts_since_impression(each)
    trending = signals.trending(now_ms)
    arrays |= {"trending": trending.rows, "scores": trending.scores}
    return {name: np.trim_zeros(array, "b").tolist() for name, array in arrays.items()}


found_entries = st.tuples(
    st.integers(0, 5),
    st.sampled_from([EventType.IMPRESSION, EventType.CLICK, EventType.RATE, EventType.HIDE]),
    st.integers(0, 30 * 24).map(lambda hour: START_MS + hour * HOUR_MS),
)


@settings(deadline=None)
@given(st.lists(found_entries, max_size=30))
def test_one_by_one_is_the_same_as_at_once(found):
    now_ms = START_MS + 30 * DAY_MS
    at_once, one_by_one = WindowedItemSignals(), WindowedItemSignals()
    at_once.apply(entries(*found), now_ms)
    for each in found:
        one_by_one.apply(entries(each), now_ms)
    assert described(at_once) == described(one_by_one)


@settings(deadline=None)
@given(st.lists(found_entries, max_size=30))
def test_rates_count_from_the_first_impression_known(found):
    signals = WindowedItemSignals()
    signals.apply(entries(*found), START_MS + 30 * DAY_MS)
    expected = np.zeros(6)
    first: dict[int, int] = {}
    for row, event_type, time_ms in found:
        if event_type is EventType.IMPRESSION:
            first[row] = min(time_ms, first.get(row, time_ms))
        if event_type is EventType.CLICK and time_ms >= first.get(row, 2**62):
            expected[row] += 1
    counted = signals.counts_since_impression(EventType.CLICK)
    assert np.pad(counted, (0, 6 - len(counted))).tolist() == expected.tolist()


def test_recent_counts_seven_days():
    signals = WindowedItemSignals()
    signals.apply(entries((0, EventType.CLICK, START_MS)), START_MS)
    assert signals.recent(START_MS + 7 * DAY_MS - 1).tolist() == [1]
    assert signals.recent(START_MS + 7 * DAY_MS).tolist() == [0]
    assert signals.popularity().tolist() == [1]


def test_what_happens_now_trends_at_once():
    signals = WindowedItemSignals()
    assert len(signals.trending(START_MS).rows) == 0
    signals.apply(entries((3, EventType.LIKE, START_MS)), START_MS)
    assert signals.trending(START_MS).rows.tolist() == [3]
    signals.apply(entries((1, EventType.LIKE, START_MS), (1, EventType.LIKE, START_MS)), START_MS)
    assert signals.trending(START_MS).rows.tolist() == [1, 3]


def test_a_time_ahead_of_now_counts_as_now():
    signals = WindowedItemSignals()
    signals.apply(entries((0, EventType.LIKE, START_MS + 365 * DAY_MS)), START_MS)
    assert signals.recent(START_MS).tolist() == [1]


def test_an_expensive_ranking_is_not_computed_by_every_request():
    signals = WindowedItemSignals()
    signals.apply(entries((0, EventType.LIKE, START_MS)), START_MS)
    signals.apply(entries((RANKED_AT_ONCE, EventType.HIDE, START_MS)), START_MS)
    signals.refresh(START_MS)
    signals.apply(entries((1, EventType.LIKE, START_MS)), START_MS)
    assert signals.trending(START_MS).rows.tolist() == [0]
    signals.refresh(START_MS)
    assert signals.trending(START_MS).rows.tolist() == [0, 1]


def test_arrays_are_read_only():
    signals = WindowedItemSignals()
    signals.apply(entries((0, EventType.LIKE, START_MS)), START_MS)
    for array in (signals.popularity(), signals.recent(START_MS), signals.event_counts(5)):
        assert not array.flags.writeable


@pytest.mark.parametrize(
    "wrong",
    [
        {"trending_ms": 7 * DAY_MS},
        {"trending_ms": HOUR_MS + 1},
        {"bucket_ms": 1_000},
    ],
)
def test_windows_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match="_ms"):
        SignalSettings(**wrong)
