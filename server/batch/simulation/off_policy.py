"""Estimates from a slate log what another policy would have earned, and its true value.

Shape legend: S samples, one a logged request and position.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.batch.simulation.world import World
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.ports import SlateRecord
from server.events.user_event import UserEvent

Floats = NDArray[np.float64]
Targets = Mapping[tuple[str, int], Mapping[str, float]]
"""(request id, position) -> the target policy's probability of each item there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OffPolicyEstimate:
    """Value of a target policy: clicks at a position, estimated from logged slates.

    Attributes:
        value, error: inverse-propensity mean and standard error; unbiased.
        normalised_value, normalised_error: the same divided by the mean weight; less noise, a
            bias that vanishes with the number of samples.
        effective_samples: (sum w)^2 / sum w^2.

    Source: Horvitz and Thompson 1952; Swaminathan and Joachims 2015, "The self-normalized
    estimator for counterfactual learning".
    """

    samples: int
    value: float
    error: float
    normalised_value: float
    normalised_error: float
    effective_samples: float


def clicked_items(events: Iterable[UserEvent]) -> set[tuple[str, str]]:
    """Return (request id, item id) of the clicks that name their slate."""
    return {
        (event.slate_request_id, item.item_id)
        for event in events
        if event.type is EventType.CLICK and event.slate_request_id
        for item in event.items
    }


def estimate(
    records: Iterable[SlateRecord], clicks: AbstractSet[tuple[str, str]], targets: Targets
) -> OffPolicyEstimate:
    """Weight the clicks at the targets' positions by target probability over propensity.

    Records and positions without a target are left out.
    """
    weights: list[float] = []
    rewards: list[float] = []
    for record in records:
        for place, position in enumerate(record.positions.tolist()):
            target = targets.get((record.request_id, position))
            if target is None:
                continue
            item_id = record.item_ids[place]
            weights.append(target.get(item_id, 0.0) / float(record.propensities[place]))
            rewards.append(float((record.request_id, item_id) in clicks))
    return weighted(np.array(weights), np.array(rewards))


def weighted(weights_S: Floats, rewards_S: Floats) -> OffPolicyEstimate:
    """Return both estimates from importance weights and rewards; NaN where undefined."""
    count = len(weights_S)
    total = float(weights_S.sum())
    gains = weights_S * rewards_S
    value = float(gains.mean()) if count else math.nan
    error = float(gains.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan
    normalised = float(gains.sum() / total) if total else math.nan
    residuals = weights_S * (rewards_S - normalised)
    squares = float((weights_S**2).sum())
    return OffPolicyEstimate(
        samples=count,
        value=value,
        error=error,
        normalised_value=normalised,
        normalised_error=float(np.sqrt((residuals**2).sum()) / total) if total else math.nan,
        effective_samples=total**2 / squares if squares else 0.0,
    )


def true_value(world: World, records: Iterable[SlateRecord], targets: Targets) -> float:
    """Return the world's mean click probability of the targets at the logged requests."""
    values: list[float] = []
    for record in records:
        user = world.user_row[Subject.from_key(record.subject_key).id]
        for position in record.positions.tolist():
            target = targets.get((record.request_id, position))
            if target is None:
                continue
            rows = world.rows_of(list(target))
            at = np.full(len(rows), position)
            clicks = world.click_probabilities(user, rows, at, record.served_ms)
            values.append(float(clicks @ np.array(list(target.values()))))
    return float(np.mean(values)) if values else math.nan
