"""The default objective."""

from __future__ import annotations

import numpy as np

from torchrec_models.data.labels import HEAD_ORDER
from torchrec_models.ranker.objective import HEAD_WEIGHTS, balanced_weights, head_weights


def test_every_possible_head_has_a_weight():
    assert set(HEAD_ORDER) == set(HEAD_WEIGHTS)
    assert head_weights(["purchase", "click"]) == {"purchase": 5.0, "click": 1.0}


def test_engage_outweighs_the_spread_of_the_others():
    predicted = np.array([[0.1, 0.01], [0.5, 0.03]])
    # The click column spreads by 0.2, engage by 0.01: twice 0.2 over 0.01.
    assert balanced_weights(["click", "engage"], predicted) == {"click": 1.0, "engage": 40.0}


def test_a_constant_engage_head_keeps_a_finite_weight():
    assert balanced_weights(["click", "engage"], np.ones((3, 2)))["engage"] == 1.0
