"""What a user of the simulated world does with a slate.

Shape legend: N items of the slate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.batch.simulation.world import Rows, World, sigmoid
from server.core.event_type import EventType

_LONG_VIEW_BIAS, _LONG_VIEW_TASTE = -0.5, 3.0
_LIKE_SHARE, _PURCHASE_SHARE, _HIDE_SHARE = 0.30, 0.15, 0.015
_READING_MS = 3_000


@dataclass(frozen=True, slots=True)
class Reaction:
    """One event on the item at a place of the slate, some time after the impression."""

    place: int
    type: EventType
    delay_ms: int
    dwell_ms: int | None = None


def respond(
    world: World,
    rng: np.random.Generator,
    user: int,
    items: Rows,
    positions: NDArray[np.int64],
    time_ms: int,
) -> list[Reaction]:
    """Draw the reactions to a slate, in order of time.

    Clicks are independent given the slate, with the world's click probabilities; everything else
    but hiding follows a click.
    """
    affinity = world.affinity(user, items, time_ms)
    is_clicked = rng.random(len(items)) < world.click_probabilities(user, items, positions, time_ms)
    is_hidden = rng.random(len(items)) < _HIDE_SHARE * sigmoid(-4 * affinity)
    reactions: list[Reaction] = []
    passed_ms = 0
    for place in range(len(items)):
        passed_ms += int(rng.integers(500, _READING_MS))
        if is_clicked[place]:
            found, passed_ms = _after_click(rng, place, float(affinity[place]), passed_ms)
            reactions += found
        elif is_hidden[place]:
            reactions.append(Reaction(place, EventType.HIDE, passed_ms))
    return reactions


def _after_click(
    rng: np.random.Generator, place: int, affinity: float, passed_ms: int
) -> tuple[list[Reaction], int]:
    """Return what a click leads to, and when the user is back at the slate."""
    liking = float(sigmoid(np.array(_LONG_VIEW_BIAS + _LONG_VIEW_TASTE * affinity)))
    stays = rng.random() < liking
    dwell_ms = int(rng.integers(60_000, 900_000) if stays else rng.integers(2_000, 30_000))
    reactions = [Reaction(place, EventType.CLICK, passed_ms, dwell_ms)]
    passed_ms += dwell_ms
    if stays:
        reactions.append(Reaction(place, EventType.LONG_VIEW, passed_ms, dwell_ms))
        if rng.random() < _LIKE_SHARE * liking:
            reactions.append(Reaction(place, EventType.LIKE, passed_ms + 1_000))
        if rng.random() < _PURCHASE_SHARE * liking:
            reactions.append(Reaction(place, EventType.PURCHASE, passed_ms + 2_000))
    return reactions, passed_ms + 2_000
