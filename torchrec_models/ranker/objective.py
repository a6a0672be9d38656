"""What predicted engagement is worth: the default weights of the heads.

Shape legend: R rows, H heads.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ENGAGE = "engage"
# Relative to a click.
HEAD_WEIGHTS = {
    "view": 0.5,
    "click": 1.0,
    "long_view": 1.0,
    "like": 2.0,
    "rate": 1.0,
    "add_to_cart": 3.0,
    "purchase": 5.0,
    "share": 3.0,
    "follow": 3.0,
    "comment": 2.0,
}
# How far the odds of being engaged with at all outweigh what follows once an item is shown. Flat
# between 1.5 and 5 in Recall@20 on kuairand's validation days.
ENGAGE_DOMINANCE = 2.0


def head_weights(heads: list[str]) -> dict[str, float]:
    """Return the weights of event heads."""
    return {head: HEAD_WEIGHTS[head] for head in heads}


def balanced_weights(heads: list[str], candidate_RH: npt.NDArray[np.floating]) -> dict[str, float]:
    """Return the weights of event heads and `engage`, from predictions for candidates.

    `engage` is the last column; its weight makes its spread among candidates a fixed multiple of
    the spread of all other heads' weighted sum, so that rare engagement still leads the order.
    """
    events = [head for head in heads if head != ENGAGE]
    weights = head_weights(events)
    others_R = candidate_RH[:, : len(events)] @ np.array([weights[head] for head in events])
    spread = float(candidate_RH[:, -1].std())
    engage = ENGAGE_DOMINANCE * float(others_R.std()) / spread if spread > 1e-9 else 1.0
    return {**weights, ENGAGE: round(engage, 3)}
