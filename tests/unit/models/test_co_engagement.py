"""EASE against a dense reference, RP3beta by hand, and what is kept of the weights."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from tests.unit.models.event_tables import events_of
from torchrec_models.data.histories import build_histories
from torchrec_models.recipe import CoEngagementRecipe
from torchrec_models.retrieval.co_engagement import ease, fit_co_engagement, interactions, rp3beta


def test_ease_agrees_with_ridge_regression_of_each_item_on_the_others():
    generator = np.random.default_rng(1)
    x = (generator.random((30, 6)) < 0.4).astype(np.float64)
    found = ease(sp.csr_matrix(x.astype(np.float32)), 3.0)
    for item in range(6):
        others = [i for i in range(6) if i != item]
        gram = x[:, others].T @ x[:, others] + 3.0 * np.eye(5)
        weights = np.linalg.solve(gram, x[:, others].T @ x[:, item])
        np.testing.assert_allclose(found[others, item], weights, atol=1e-4)
        assert found[item, item] == 0


def test_rp3beta_by_hand():
    # Users {0,1}, {0}: from item 0, user 0 (1/2) leads to item 1 with 1/2.
    x = sp.csr_matrix(np.array([[1, 1], [1, 0]], dtype=np.float32))
    neighbors, weights = rp3beta(x, 2)
    assert neighbors.tolist() == [[1, -1], [0, -1]]
    np.testing.assert_allclose(weights[:, 0], [0.25, 0.5 / 2**0.3], rtol=1e-5)


def test_repeated_engagement_counts_once():
    rows = [(0, 1, "click", 0), (0, 1, "click", 5), (1, 0, "click", 1)]
    matrix = interactions(build_histories(events_of(rows), 2), 3)
    assert matrix.toarray().tolist() == [[0, 1, 0], [1, 0, 0]]


def test_the_largest_magnitudes_are_kept_best_first():
    generator = np.random.default_rng(2)
    rows = [
        (u, int(i), "click", u) for u in range(40) for i in generator.choice(8, 3, replace=False)
    ]
    histories = build_histories(events_of(rows), 40)
    kept = fit_co_engagement(histories, 8, CoEngagementRecipe("auto", 100, 1.0, 3, 50))
    whole = ease(interactions(histories, 8), 1.0)
    for item in range(8):
        strongest = np.sort(np.abs(whole[item]))[::-1][:3]
        np.testing.assert_allclose(np.sort(np.abs(kept.weight_MK[item]))[::-1], strongest)
        assert (np.diff(kept.weight_MK[item]) <= 0).all()
        np.testing.assert_allclose(
            kept.weight_MK[item], whole[item, kept.neighbor_MK[item]], rtol=1e-6
        )


def test_a_catalogue_beyond_the_limit_gets_rp3beta():
    histories = build_histories(events_of([(0, 0, "click", 0), (0, 1, "click", 1)]), 1)
    kept = fit_co_engagement(histories, 3, CoEngagementRecipe("auto", 2, 1.0, 2, 50))
    assert (kept.weight_MK >= 0).all()
    assert kept.neighbor_MK[2].tolist() == [-1, -1]
