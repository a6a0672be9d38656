"""The label of an impression is what followed it, within a day and before the next one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.models.event_tables import events_of
from torchrec_models.data.labels import LABEL_WINDOW_MS, choose_heads, join_labels


def labels_of(rows, heads=("click",)):
    events = events_of(rows)
    return join_labels(events, np.flatnonzero(events.is_type("impression")), list(heads)).tolist()


def test_a_click_at_the_same_moment_belongs_to_the_impression():
    assert labels_of([(0, 1, "impression", 5), (0, 1, "click", 5)]) == [[1.0]]


def test_a_click_before_the_impression_does_not_count():
    assert labels_of([(0, 1, "click", 4), (0, 1, "impression", 5)]) == [[0.0]]


def test_a_click_after_a_day_does_not_count():
    assert labels_of([(0, 1, "impression", 0), (0, 1, "click", LABEL_WINDOW_MS)]) == [[0.0]]
    assert labels_of([(0, 1, "impression", 0), (0, 1, "click", LABEL_WINDOW_MS - 1)]) == [[1.0]]


def test_a_click_belongs_to_the_latest_impression_of_the_pair():
    rows = [(0, 1, "impression", 0), (0, 1, "impression", 10), (0, 1, "click", 10)]
    assert labels_of(rows) == [[0.0], [1.0]]


def test_other_users_and_items_do_not_count():
    rows = [(0, 1, "impression", 0), (1, 1, "click", 1), (0, 2, "click", 1)]
    assert labels_of(rows) == [[0.0]]


def test_every_head_has_its_own_column():
    rows = [(0, 1, "impression", 0), (0, 1, "purchase", 3), (0, 2, "impression", 0)]
    assert labels_of(rows, ("click", "purchase")) == [[0.0, 1.0], [0.0, 0.0]]


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 1),
            st.integers(0, 1),
            st.sampled_from(["impression", "click"]),
            st.integers(0, 8).map(lambda t: t * LABEL_WINDOW_MS // 4),
        ),
        max_size=25,
    )
)
@settings(deadline=None)
def test_labels_agree_with_a_search_through_all_events(rows):
    rows = sorted(rows, key=lambda row: row[3])
    expected = []
    for user, item, kind, time in rows:
        if kind != "impression":
            continue
        pair = [r for r in rows if r[:2] == (user, item)]
        later = [r[3] for r in pair if r[2] == "impression" and r[3] > time]
        until = min([time + LABEL_WINDOW_MS, *later])
        expected.append([float(any(r[2] == "click" and time <= r[3] < until for r in pair))])
    assert labels_of(rows) == expected


def test_rare_types_get_no_head():
    rows = [(u, i, "impression", 0) for u in range(20) for i in range(20)]
    rows += [(u, i, "click", 1) for u in range(20) for i in range(10)]
    rows += [(0, 0, "like", 1)]
    assert choose_heads(events_of(rows), has_impressions=True) == ["click"]


def test_the_commonest_type_is_the_head_of_scarce_data():
    rows = [(0, 1, "purchase", 1), (0, 2, "purchase", 2), (0, 1, "click", 1)]
    assert choose_heads(events_of(rows), has_impressions=False) == ["purchase"]
