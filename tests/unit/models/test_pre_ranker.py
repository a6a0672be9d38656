"""The pre-ranker's weights and what survives it."""

from __future__ import annotations

import numpy as np

from torchrec_models.features.raw_columns import Rows
from torchrec_models.ranker.candidates import Candidates, pre_ranked
from torchrec_models.ranker.pre_ranker import NAMES, PreRanker, fit_pre_ranker, pre_rank_columns


def test_columns_by_hand():
    columns = pre_rank_columns(
        two_tower_R=np.array([0.5]),
        co_engaged_share_R=np.array([0.25]),
        content_R=np.array([-0.1]),
        popularity_R=np.array([3.0]),
        most_popular=15.0,
        times_engaged_R=np.array([0.0]),
    )
    assert columns.tolist() == [[0.5, 0.25, -0.1, 0.5, 0.0]]


def test_known_weights_are_found_again():
    generator = np.random.default_rng(0)
    query = np.repeat(np.arange(400), 50)
    columns = generator.normal(size=(len(query), len(NAMES)))
    true = np.array([2.0, 1.0, 0.0, 0.5, 0.0])
    utility = columns @ true + generator.gumbel(size=len(query))
    best = utility == np.maximum.reduceat(utility, np.arange(0, len(query), 50))[query]
    weights = fit_pre_ranker(columns, best.astype(np.float32), query).weights
    np.testing.assert_allclose([weights[name] for name in NAMES], true, atol=0.25)


def test_no_source_speaks_against_its_candidate():
    generator = np.random.default_rng(1)
    query = np.repeat(np.arange(200), 20)
    columns = generator.normal(size=(len(query), len(NAMES)))
    utility = columns[:, 0] - columns[:, 3] + generator.gumbel(size=len(query))
    best = utility == np.maximum.reduceat(utility, np.arange(0, len(query), 20))[query]
    weights = fit_pre_ranker(columns, best.astype(np.float32), query).weights
    assert weights["popularity"] == 0.0
    assert weights["two_tower"] > 0.7


def test_constant_columns_get_no_weight():
    columns = np.zeros((4, len(NAMES)))
    columns[:, 0] = [1.0, 0.0, 1.0, 0.0]
    found = fit_pre_ranker(columns, np.array([1.0, 0.0, 1.0, 0.0]), np.array([0, 0, 1, 1])).weights
    assert found["two_tower"] > 0
    assert [found[name] for name in NAMES[1:]] == [0.0] * 4


def test_each_query_keeps_its_best_and_the_order_of_rows():
    columns = np.zeros((5, len(NAMES)))
    columns[:, 0] = [0.1, 0.9, 0.5, 0.3, 0.2]
    candidates = Candidates(
        Rows(np.array([0, 0, 0, 1, 1]), np.arange(5, dtype=np.int32)), columns, np.zeros(2)
    )
    kept = pre_ranked(candidates, PreRanker(dict.fromkeys(NAMES, 1.0)), 2)
    assert kept.rows.item_R.tolist() == [1, 2, 3, 4]
    assert pre_ranked(candidates, PreRanker(dict.fromkeys(NAMES, 1.0)), 1).rows.item_R.tolist() == [
        1,
        3,
    ]
