"""Ranking and scoring metrics, worked by hand and against their definition."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.batch.evaluation.metrics import Estimate, auc, gauc, measure_slates


def test_recall_and_ndcg_of_small_slates():
    metrics = measure_slates(
        [["a", "b", "c"], ["x", "y"], []], [{"a", "c", "q"}, {"z"}, {"a"}], k=3
    )
    assert metrics.recall_U.tolist() == pytest.approx([2 / 3, 0, 0])
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert metrics.ndcg_U.tolist() == pytest.approx([(1 + 1 / 2) / ideal, 0, 0])


def test_the_ideal_is_bounded_by_the_slate():
    metrics = measure_slates([["a", "b"]], [{"a", "b", "c", "d"}], k=2)
    assert metrics.recall_U.tolist() == [0.5]
    assert metrics.ndcg_U.tolist() == pytest.approx([1.0])


def test_a_repeated_item_counts_once_and_the_rest_of_a_long_slate_not_at_all():
    metrics = measure_slates([["a", "a", "b", "c"]], [{"a", "c"}], k=2)
    assert metrics.recall_U.tolist() == [0.5]


def test_an_estimate_has_a_standard_error():
    estimate = Estimate.of(np.array([0.0, 1.0, 0.0, 1.0]))
    assert estimate.mean == 0.5
    assert estimate.error == pytest.approx(math.sqrt(1 / 3) / 2)
    assert math.isnan(Estimate.of(np.array([])).mean)


def test_auc_counts_ties_half():
    scores = np.array([0.1, 0.5, 0.5, 0.9])
    labels = np.array([False, True, False, True])
    assert auc(scores, labels) == pytest.approx((1 + 0.5 + 1 + 1) / 4)
    assert math.isnan(auc(scores, np.zeros(4, np.bool_)))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auc_is_the_share_of_ordered_pairs(pairs):
    scores = np.array([float(score) for score, _ in pairs])
    labels = np.array([label for _, label in pairs])
    good, bad = scores[labels], scores[~labels]
    if len(good) == 0 or len(bad) == 0:
        return
    wins = (good[:, None] > bad).mean() + 0.5 * (good[:, None] == bad).mean()
    assert auc(scores, labels) == pytest.approx(wins)


def test_gauc_weights_users_and_leaves_out_those_of_one_class():
    scores = np.array([1.0, 2.0, 2.0, 1.0, 3.0, 1.0])
    labels = np.array([False, True, False, True, True, True])
    users = np.array([7, 7, 8, 8, 8, 9])
    # User 7: 1.0 over two rows. User 8: one of two pairs right, over three rows.
    assert gauc(scores, labels, users) == pytest.approx((1.0 * 2 + 0.5 * 3) / 5)
