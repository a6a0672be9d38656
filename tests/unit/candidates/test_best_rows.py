"""Picking the best rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.candidates.best_rows import best_rows, is_allowed, keep_allowed
from server.core.batch import Retrieved


@given(st.lists(st.integers(0, 6), max_size=30), st.integers(0, 35))
def test_the_best_scores_come_first_and_ties_by_row(scores, limit):
    scores = np.array(scores, np.float32)
    found = best_rows(np.arange(len(scores)), scores, limit)
    assert found.scores.tolist() == sorted(scores.tolist(), reverse=True)[:limit]
    pairs = list(zip((-found.scores).tolist(), found.rows.tolist(), strict=True))
    assert pairs == sorted(pairs)


def test_rows_past_the_end_of_a_mask_are_not_allowed():
    rows = np.array([0, 1, 2, -1])
    assert is_allowed(rows, np.array([True, False])).tolist() == [True, False, False, False]
    assert is_allowed(rows, None).all()
    assert not is_allowed(rows, np.empty(0, np.bool_)).any()


def test_keeping_what_is_allowed_keeps_the_order():
    found = Retrieved(np.array([3, 1, 2]), np.array([9, 8, 7], np.float32))
    kept = keep_allowed(found, np.array([True, False, True, True]), 5)
    assert kept.rows.tolist() == [3, 2]
    assert keep_allowed(found, None, 1).rows.tolist() == [3]
