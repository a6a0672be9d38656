"""How events change a user's state, worked by hand and by properties."""

from __future__ import annotations

import dataclasses
from functools import reduce

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.event_type import EventType, signal
from server.core.user_state import NO_BEHAVIOUR, UserState
from server.features.engagements import Engagements
from server.stream_processor import user_state_update
from server.stream_processor.user_state_update import apply_engagements, union


def entries(*found: tuple[int, EventType, int] | tuple[int, EventType, int, float]) -> Engagements:
    """Return entries of (row, type, time, rating)."""
    return Engagements(
        np.array([each[0] for each in found], np.int64),
        np.array([each[1] for each in found], np.uint8),
        np.array([signal(each[1], *each[3:]) for each in found], np.int8),
        np.array([each[2] for each in found], np.int64),
    )


def described(state: UserState) -> dict[str, object]:
    values = {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }


def after(*found) -> UserState:
    return apply_engagements(NO_BEHAVIOUR, entries(*found))


found_entries = st.lists(
    st.tuples(
        st.integers(0, 12),
        st.sampled_from(EventType),
        st.integers(0, 50),
        st.sampled_from([1.0, 3.0, 5.0]),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(st.lists(found_entries, max_size=4))
def test_replay_equals_one_by_one(batches):
    # Short limits, so that both paths meet them.
    with_limits = {"SEEN_LENGTH": 5, "HISTORY_LENGTH": 6}
    before = {name: getattr(user_state_update, name) for name in with_limits}
    try:
        for name, limit in with_limits.items():
            setattr(user_state_update, name, limit)
        at_once = after(*(each for batch in batches for each in batch))
        in_pieces = reduce(apply_engagements, (entries(*batch) for batch in batches), NO_BEHAVIOUR)
        singles = (entries(each) for batch in batches for each in batch)
        one_by_one = reduce(apply_engagements, singles, NO_BEHAVIOUR)
    finally:
        for name, limit in before.items():
            setattr(user_state_update, name, limit)
    assert described(at_once) == described(one_by_one) == described(in_pieces)


@given(found_entries)
def test_histories_are_in_the_order_of_events(found):
    state = after(*found)
    positive = [each for each in found if signal(each[1], each[3]) > 0]
    expected = sorted(positive, key=lambda each: each[2])[-200:]
    assert state.history.tolist() == [each[0] for each in expected]
    assert state.history_ms.tolist() == [each[2] for each in expected]
    assert state.history_types.tolist() == [each[1] for each in expected]
    assert state.positive_count == len(positive)


@given(found_entries)
def test_sets_and_counts_are_what_was_done(found):
    state = after(*found)

    def rows(wanted):
        return sorted({each[0] for each in found if wanted(each)})

    assert state.purchased.tolist() == rows(lambda each: each[1] is EventType.PURCHASE)
    assert state.hidden.tolist() == rows(lambda each: each[1] is EventType.HIDE)
    assert state.engaged.tolist() == rows(
        lambda each: each[1] is EventType.RATE or signal(each[1]) > 0
    )
    for event_type in EventType:
        count = sum(each[1] is event_type for each in found)
        assert state.event_counts.get(event_type, 0) == count


def test_a_late_event_finds_its_place_and_equal_times_keep_their_order():
    state = after((1, EventType.CLICK, 10), (2, EventType.CLICK, 30), (3, EventType.CLICK, 10))
    state = apply_engagements(state, entries((4, EventType.LIKE, 20), (5, EventType.LIKE, 10)))
    assert state.history.tolist() == [1, 3, 5, 4, 2]


def test_two_hundred_engagements_are_kept():
    state = after(*((row, EventType.CLICK, row) for row in range(250)))
    assert state.history.tolist() == list(range(50, 250))
    assert len(state.engaged) == 250
    assert apply_engagements(state, entries((999, EventType.CLICK, 0))).history[0] == 50


def test_impressions_are_counted_with_their_last_time():
    shown = EventType.IMPRESSION
    state = after((7, shown, 5), (3, shown, 6), (7, shown, 4), (7, shown, 9))
    assert state.seen.tolist() == [3, 7]
    assert state.seen_counts.tolist() == [1, 3]
    assert state.seen_ms.tolist() == [6, 9]
    assert state.first_impression_ms == 4
    assert len(state.history) == 0


def test_a_thousand_seen_items_are_kept_the_latest():
    state = after(*((row, EventType.IMPRESSION, row) for row in range(1_003)))
    assert state.seen.tolist() == list(range(3, 1_003))
    again = apply_engagements(state, entries((3, EventType.IMPRESSION, 2_000)))
    again = apply_engagements(again, entries((0, EventType.IMPRESSION, 2_001)))
    assert (again.seen[0], again.seen_counts[0], again.seen[1]) == (0, 1, 3)
    assert 4 not in again.seen


def test_engagement_counts_toward_rates_from_the_first_impression_on():
    click, shown = EventType.CLICK, EventType.IMPRESSION
    state = after((1, click, 5), (1, shown, 10), (1, click, 9), (1, click, 10))
    assert state.counts_since_impression == {click: 1}
    later = apply_engagements(state, entries((2, click, 11), (2, EventType.HIDE, 12)))
    assert later.counts_since_impression == {click: 2}
    assert state.counts_since_impression == {click: 1}


def test_ratings_are_positive_from_four():
    rate = EventType.RATE
    state = after((1, rate, 1, 4.0), (2, rate, 2, 3.0), (3, rate, 3, 1.0))
    assert state.history.tolist() == [1]
    assert state.engaged.tolist() == [1, 2, 3]


def test_nothing_new_returns_the_state_itself():
    state = after((1, EventType.CLICK, 1))
    assert apply_engagements(state, entries()) is state
    assert union(state.engaged, np.array([1])) is state.engaged
