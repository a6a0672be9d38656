"""Splits are ordered by time: nothing to fit on is later than the user's labels."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.models.event_tables import events_of
from torchrec_models.data.negatives import thin_negatives
from torchrec_models.data.splits import split_by_time, split_globally, split_per_user

ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.just("click"), st.integers(0, 40)),
    min_size=1,
    max_size=60,
)


@given(rows=ROWS, share=st.floats(0.05, 0.9), per_user=st.booleans())
@settings(deadline=None)
def test_no_known_event_is_later_than_a_label_of_its_user(rows, share, per_user):
    events = events_of(rows)
    split = (split_per_user if per_user else split_globally)(events, 4, share)
    before = split.is_before(events)
    for user in range(4):
        of_user = events.user_E == user
        known, labels = events.time_E[of_user & before], events.time_E[of_user & ~before]
        if len(known) and len(labels):
            assert known.max() < labels.min()


def test_the_last_fifth_of_each_user_is_labels():
    rows = [(0, i, "click", i) for i in range(10)] + [(1, i, "click", i) for i in range(4)]
    events = events_of(rows)
    before = split_per_user(events, 2, 0.2).is_before(events)
    assert events.item_E[~before & (events.user_E == 0)].tolist() == [8, 9]
    assert before[events.user_E == 1].all()


def test_a_basket_is_not_torn_apart():
    rows = [(0, i, "click", min(i, 7)) for i in range(10)]
    events = events_of(rows)
    before = split_per_user(events, 1, 0.2).is_before(events)
    assert events.item_E[~before].tolist() == [7, 8, 9]


def test_returning_users_get_one_moment_and_others_a_cut_each():
    returning = [(u, i, "click", i) for u in range(80) for i in range(10)]
    leaving = [(u, i, "click", u * 10 + i) for u in range(80) for i in range(10)]
    assert split_by_time(events_of(returning), 80, 0.2).is_global
    assert not split_by_time(events_of(leaving), 80, 0.2).is_global


def test_weights_of_thinned_negatives_estimate_all_of_them():
    positive = np.arange(20_000) < 100
    kept, weights = thin_negatives(np.random.default_rng(0), positive, 0.1)
    assert (kept < 100).sum() == 100
    assert weights[kept < 100].tolist() == [1.0] * 100
    assert abs(weights[kept >= 100].sum() - 19_900) < 1000


def test_so_few_events_that_a_share_is_nothing_leave_everyones_last_moment():
    rows = [(0, 1, 10), (0, 2, 20), (0, 3, 20), (1, 1, 11), (2, 4, 15), (2, 4, 16)]
    events = events_of([(user, item, "click", time) for user, item, time in rows])
    split = split_by_time(events, 4, 0.2)
    # Who came once has no labels.
    assert events.time_E[~split.is_before(events)].tolist() == [16, 20, 20]
