"""Stochastic slots, with the exact probability of what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from server.core.surface import Exploration


class Draw(NamedTuple):
    """What one slot shows, and how probable that was."""

    candidate: int
    propensity: float
    is_explored: bool


def draw(eligible: Sequence[int], exploration: Exploration, generator: np.random.Generator) -> Draw:
    """Fill one slot; `eligible` are the best candidate and those after it, best first.

    The pool are the `pool_size` candidates after the best one. P(best) = 1 - rate,
    P(each of the pool) = rate / |pool|; with an empty pool nothing is random.
    """
    pool = eligible[1 : 1 + exploration.pool_size]
    # Both numbers are always drawn: a slot's outcome never shifts the slots after it.
    chance, place = generator.random(), generator.random()
    if not pool:
        return Draw(eligible[0], 1.0, False)
    if chance >= exploration.rate:
        return Draw(eligible[0], 1.0 - exploration.rate, False)
    return Draw(pool[int(place * len(pool))], exploration.rate / len(pool), True)
