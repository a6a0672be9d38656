"""Point-in-time histories against a brute-force reading of the events."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.models.event_tables import Row, events_of
from torchrec_models.data.histories import build_histories, last_events, last_unique_items

ROWS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 4),
        st.sampled_from(["click", "impression", "hide"]),
        st.integers(0, 30),
    ),
    max_size=60,
)


def unique_before(rows: list[Row], user: int, time: int, count: int) -> list[int]:
    known = [r[1] for r in sorted(rows, key=lambda r: r[3]) if _counts(r, user, time)]
    return list(dict.fromkeys(reversed(known)))[:count]


def _counts(row: Row, user: int, time: int) -> bool:
    return row[0] == user and row[2] == "click" and row[3] < time


@given(rows=ROWS, user=st.integers(0, 2), time=st.integers(-1, 32), count=st.integers(1, 4))
@settings(deadline=None)
def test_last_unique_items_see_only_strictly_earlier_positives(rows, user, time, count):
    histories = build_histories(events_of(rows), 3)
    users, times = np.array([user]), np.array([time])
    found = last_unique_items(histories, users, histories.ends_before(users, times), count)
    expected = unique_before(rows, user, time, count)
    assert found[0].tolist() == expected + [-1] * (count - len(expected))


def test_an_item_counts_at_its_last_occurrence():
    rows = [(0, 7, "click", 1), (0, 8, "click", 2), (0, 7, "click", 3), (0, 9, "click", 4)]
    histories = build_histories(events_of(rows), 1)
    found = last_unique_items(histories, np.array([0]), histories.ends(np.array([0])), 3)
    assert found.tolist() == [[9, 7, 8]]


def test_long_runs_of_one_item_do_not_hide_older_ones():
    rows = [(0, 1, "click", 0), *((0, 2, "click", t) for t in range(1, 40))]
    histories = build_histories(events_of(rows), 1)
    found = last_unique_items(histories, np.array([0]), histories.ends(np.array([0])), 2)
    assert found.tolist() == [[2, 1]]


def test_last_events_are_latest_first_and_stay_with_their_user():
    rows = [(0, 1, "click", 1), (1, 5, "click", 2), (1, 6, "click", 3)]
    histories = build_histories(events_of(rows), 2)
    users = np.array([1, 0])
    found = last_events(histories, users, histories.ends(users), 3)
    items = [[int(histories.item_P[row]) for row in query if row >= 0] for query in found]
    assert items == [[6, 5], [1]]


def test_a_user_without_events_has_an_empty_history():
    histories = build_histories(events_of([(0, 1, "click", 1)]), 2)
    users = np.array([1])
    assert last_unique_items(histories, users, histories.ends(users), 2).tolist() == [[-1, -1]]
