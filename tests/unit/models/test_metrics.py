"""Metrics by hand, and baselines on data small enough to see through."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.unit.models.event_tables import events_of
from torchrec_models.data.histories import build_histories
from torchrec_models.evaluation.baselines import item_knn_scorer, popularity_scorer
from torchrec_models.evaluation.classification_metrics import auc, calibration, gauc, log_loss
from torchrec_models.evaluation.full_ranking import evaluate_all, held_out, rank_all
from torchrec_models.evaluation.offline_slate import best_rows
from torchrec_models.evaluation.ranking_metrics import ranking_metrics, top_k


def test_recall_and_ndcg_by_hand():
    ranked = np.array([[4, 7, 9, -1], [1, 2, 3, 5]])
    metrics = ranking_metrics(ranked, [np.array([7, 8]), np.array([1, 3, 6])])
    second = 1 / math.log2(3)
    ndcg_a = second / (1 + second)
    ndcg_b = (1 + 0.5) / (1 + second + 0.5)
    assert metrics.recall == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert metrics.ndcg == pytest.approx((ndcg_a + ndcg_b) / 2)
    assert metrics.users == 2


def test_users_without_relevant_items_are_left_out():
    metrics = ranking_metrics(np.array([[1], [2]]), [np.array([1]), np.array([], dtype=int)])
    assert (metrics.recall, metrics.users) == (1.0, 1)
    assert math.isnan(ranking_metrics(np.zeros((0, 1), dtype=int), []).recall)


def test_top_k_breaks_ties_by_column_and_skips_hidden_items():
    scores = np.array([[1.0, 3.0, 3.0, -np.inf], [-np.inf, -np.inf, 2.0, -np.inf]])
    assert top_k(scores, 3).tolist() == [[1, 2, 0], [2, -1, -1]]


def test_auc_counts_ties_half():
    label = np.array([1.0, 0.0, 1.0, 0.0])
    assert auc(label, np.array([0.9, 0.1, 0.5, 0.5])) == pytest.approx(3.5 / 4)
    assert math.isnan(auc(np.ones(3), np.ones(3)))


def test_gauc_weighs_users_by_their_rows():
    label = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
    score = np.array([0.9, 0.1, 0.8, 0.2, 0.3, 0.1])
    user = np.array([0, 0, 0, 1, 1, 2])
    # User 0 has both negatives below (1.0, three rows), user 1 is inverted (0.0, two rows),
    # user 2 has one class only.
    assert gauc(label, score, user) == pytest.approx(3 / 5)


def test_log_loss_and_calibration_by_hand():
    label, probability = np.array([1.0, 0.0]), np.array([0.8, 0.4])
    assert log_loss(label, probability) == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)
    assert calibration(label, probability) == pytest.approx(1.2)


ROWS = [
    (0, 0, "click", 0),
    (0, 1, "click", 1),
    (1, 0, "click", 0),
    (1, 1, "click", 1),
    (1, 2, "click", 2),
    (2, 0, "click", 0),
    (2, 3, "click", 1),
]


def test_popularity_and_item_knn():
    histories = build_histories(events_of(ROWS), 3)
    assert popularity_scorer(histories, 4)(np.array([0]))[0].tolist() == [3, 2, 1, 1]
    scores = item_knn_scorer(histories, 4, neighbors=3)(np.array([0]))[0]
    # Item 2 was engaged with by user 1 alone: cosine 1/sqrt(3) with item 0, 1/sqrt(2) with item 1.
    assert scores[2] == pytest.approx(1 / math.sqrt(3) + 1 / math.sqrt(2))
    assert scores[3] == pytest.approx(1 / math.sqrt(3))


def test_known_items_are_hidden_unless_repeats_are_asked_for():
    known = build_histories(events_of(ROWS), 3)
    later = build_histories(events_of([(0, 0, "click", 9), (0, 2, "click", 9)]), 3)
    new = held_out(known, later, repeats=False)
    assert (new.user_Q.tolist(), new.relevant[0].tolist()) == ([0], [2])
    assert rank_all(popularity_scorer(known, 4), new, 4).tolist() == [[2, 3, -1, -1]]
    again = held_out(known, later, repeats=True)
    assert again.relevant[0].tolist() == [0, 2]
    assert evaluate_all(popularity_scorer(known, 4), again, 1).recall == 0.5


def test_the_slate_takes_each_querys_best_rows():
    slate = best_rows(
        np.array([0, 0, 0, 2]),
        np.array([5, 6, 7, 8], dtype=np.int32),
        np.array([0.1, 0.9, 0.9, 0.5]),
        3,
        2,
    )
    assert slate.tolist() == [[6, 7], [-1, -1], [8, -1]]
