"""What is held out, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.batch.importing.event_columns import EventColumns
from server.batch.importing.reader import Coded
from server.batch.importing.split import split
from server.batch.mapping.language import Holdout, HoldoutMethod
from server.core.event_type import EventType


def events(users, ratings, times=None):
    count = len(users)
    zeros = np.zeros(count, np.int64)
    return EventColumns(
        row=np.arange(count),
        line=np.arange(count),
        sub=zeros,
        time_ms=np.array(times if times is not None else range(count), np.int64),
        type=np.full(count, EventType.RATE, np.uint8),
        subject=Coded(np.array(users, np.int32), [f"u{user}" for user in range(10)]),
        is_visitor=False,
        item=Coded(np.arange(count, dtype=np.int32), [f"i{item}" for item in range(count)]),
        numbers={"rating": np.array(ratings, np.float64)},
    )


def holdout(method, **options):
    return Holdout(method=method, file="f", label=EventType.RATE, tasks=(), **options)


def everything(columns):
    return np.ones(len(columns), np.bool_)


def test_the_last_share_of_good_ratings_is_held_out_and_nothing_later_is_logged():
    # User 0: good ratings at rows 0, 2, 3, 5, 7: the last floor(0.4 * 5) = 2 are rows 5 and 7.
    columns = events(
        users=[0, 1, 0, 0, 0, 0, 0, 0, 0, 1],
        ratings=[5, 5, 4, 4, 1, 5, 2, 4, 3, 5],
    )
    parts = split(
        columns,
        holdout(HoldoutMethod.LAST_SHARE, share=0.4, min_events=3),
        everything(columns),
    )
    assert parts.held_out.tolist() == [5, 7]
    # Rows 6 and 8 are low ratings after the first held-out one: in neither part.
    # User 1 has too few.
    assert parts.log.tolist() == [0, 1, 2, 3, 4, 9]


@pytest.mark.parametrize(("count", "held"), [(9, 0), (10, 2), (14, 2), (15, 3), (20, 4)])
def test_the_number_held_out_is_rounded_down(count, held):
    columns = events([0] * count, [5] * count)
    chosen = holdout(HoldoutMethod.LAST_SHARE, share=0.2, min_events=10)
    parts = split(columns, chosen, everything(columns))
    assert len(parts.held_out) == held
    assert len(parts.log) == count - held


def test_events_from_a_time_on_are_held_out():
    columns = events([0, 0, 1], [5, 1, 5], times=[10, 20, 19])
    parts = split(columns, holdout(HoldoutMethod.FROM_TIME, start_ms=20), everything(columns))
    assert (parts.log.tolist(), parts.held_out.tolist()) == ([0, 2], [1])


def test_rows_that_match_are_held_out():
    columns = events([0, 0, 1], [5, 1, 5])
    is_matching = np.array([True, False, True])
    parts = split(columns, holdout(HoldoutMethod.WHERE), is_matching)
    assert (parts.log.tolist(), parts.held_out.tolist()) == ([1], [0, 2])


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(1, 5)), max_size=60),
    st.floats(0.05, 0.95),
    st.integers(1, 5),
)
def test_nothing_of_a_user_is_logged_after_the_first_held_out_event(pairs, share, least):
    columns = events([user for user, _ in pairs], [rating for _, rating in pairs])
    chosen = holdout(HoldoutMethod.LAST_SHARE, share=share, min_events=least)
    parts = split(columns, chosen, everything(columns))
    assert not set(parts.log) & set(parts.held_out)
    for user in range(5):
        held = [row for row in parts.held_out if pairs[row][0] == user]
        logged = [row for row in parts.log if pairs[row][0] == user]
        assert all(pairs[row][1] >= 4 for row in held)
        if held and logged:
            assert max(logged) < min(held)
