"""Counters never see the moment they are asked about, nor anything after it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.models.event_tables import events_of
from torchrec_models.data.counters import build_counter, since_first
from torchrec_models.features.counts import build_counters, item_columns, user_columns

COUNTED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=50)


@given(counted=COUNTED, entity=st.integers(0, 3), time=st.integers(-2, 22))
@settings(deadline=None)
def test_before_counts_exactly_the_strictly_earlier_events(counted, entity, time):
    counter = build_counter(
        np.array([c[0] for c in counted], dtype=np.int64),
        np.array([c[1] for c in counted], dtype=np.int64),
        4,
    )
    found = counter.before(np.array([entity]), np.array([time]))
    assert found.tolist() == [sum(e == entity and t < time for e, t in counted)]


@given(counted=COUNTED, time=st.integers(0, 20), late=COUNTED)
@settings(deadline=None)
def test_later_events_change_no_count(counted, time, late):
    future = [(entity, time + offset) for entity, offset in late]
    now = _counts(counted, time)
    assert _counts(counted + future, time) == now


def _counts(counted: list[tuple[int, int]], time: int) -> list[int]:
    counter = build_counter(
        np.array([c[0] for c in counted], dtype=np.int64),
        np.array([c[1] for c in counted], dtype=np.int64),
        4,
    )
    return counter.before(np.arange(4), np.full(4, time)).tolist()


def test_between_includes_its_start_and_excludes_its_end():
    counter = build_counter(np.array([0, 0, 0]), np.array([10, 20, 30]), 1)
    entity = np.array([0])
    assert counter.between(entity, np.array([10]), np.array([30])).tolist() == [2]


def test_engagement_before_the_first_impression_is_not_exposed():
    events = events_of([(0, 5, "click", 1), (0, 5, "impression", 2), (0, 5, "click", 3)])
    kept = since_first(
        events.is_type("click"), events.is_type("impression"), events.item_E, events, 6
    )
    assert events.time_E[kept].tolist() == [3]


def test_columns_by_hand():
    day = 86_400_000
    rows = [
        (0, 1, "view", 0),
        (0, 1, "impression", 8 * day),
        (1, 1, "impression", 9 * day),
        (1, 1, "click", 9 * day),
    ]
    counters = build_counters(
        events_of(rows), ["click"], item_count=2, user_count=2, priors={"click": 0.1}
    )
    at = np.array([10 * day])
    items = item_columns(counters, np.array([1]), at)
    assert items["item.popularity"].tolist() == [2]
    assert items["item.recent_popularity"].tolist() == [1]
    assert items["item.impressions"].tolist() == [2]
    assert items["item.rate.click"].tolist() == [(1 + 20 * 0.1) / (2 + 20)]
    assert items["item.count.view"].tolist() == [1]
    users = user_columns(counters, np.array([1]), at)
    assert users["user.history_length"].tolist() == [1]
    assert users["user.rate.click"].tolist() == [(1 + 10 * 0.1) / (1 + 10)]
