"""Item and user counters as raw feature columns, strictly before each row's time.

Shape legend: R rows, E events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.counters import Counter, build_counter, since_first
from torchrec_models.data.snapshot import Events

RECENT_MS = 7 * 24 * 3600 * 1000
ITEM_SMOOTHING = 20.0
USER_SMOOTHING = 10.0
_DAY_MS = 24 * 3600 * 1000
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EntityCounters:
    """Counters of the items or of the users."""

    positive: Counter
    impressions: Counter
    heads: dict[str, Counter]
    types: dict[str, Counter]


@dataclass(frozen=True, slots=True)
class Counters:
    """All counters of a part of the data, and the priors of its rates."""

    items: EntityCounters
    users: EntityCounters
    priors: dict[str, float]


def build_counters(
    events: Events, heads: list[str], *, item_count: int, user_count: int, priors: dict[str, float]
) -> Counters:
    """Count the events of items and users."""
    return Counters(
        items=_entity_counters(events, events.item_E, item_count, heads),
        users=_entity_counters(events, events.user_E, user_count, heads),
        priors=priors,
    )


def _entity_counters(
    events: Events, entity_E: npt.NDArray[np.int32], count: int, heads: list[str]
) -> EntityCounters:
    shown_E = events.is_type("impression")

    def counter(mask_E: npt.NDArray[np.bool_]) -> Counter:
        return build_counter(entity_E[mask_E], events.time_E[mask_E], count)

    def exposed(head: str) -> npt.NDArray[np.bool_]:
        mask_E = events.is_type(head) & events.is_positive
        return since_first(mask_E, shown_E, entity_E, events, count)

    return EntityCounters(
        positive=counter(events.is_positive),
        impressions=counter(shown_E),
        heads={head: counter(exposed(head)) for head in heads},
        types={name: counter(events.is_type(name)) for name in events.types},
    )


def item_columns(
    counters: Counters, item_R: npt.NDArray[np.integer], time_R: npt.NDArray[np.int64]
) -> dict[str, FloatArray]:
    """Return the raw item counters of every row by raw name."""
    items = counters.items
    columns = {
        "item.popularity": _float(items.positive.before(item_R, time_R)),
        "item.recent_popularity": _float(
            items.positive.between(item_R, time_R - RECENT_MS, time_R)
        ),
        "item.impressions": _float(items.impressions.before(item_R, time_R)),
    }
    for head, counter in items.heads.items():
        columns[f"item.rate.{head}"] = _rate(
            counter.before(item_R, time_R),
            columns["item.impressions"],
            counters.priors[head],
            ITEM_SMOOTHING,
        )
    for name, counter in items.types.items():
        columns[f"item.count.{name}"] = _float(counter.before(item_R, time_R))
    return columns


def user_columns(
    counters: Counters, user_Q: npt.NDArray[np.integer], time_Q: npt.NDArray[np.int64]
) -> dict[str, FloatArray]:
    """Return the raw user counters of every query by raw name."""
    users = counters.users
    columns = {
        "user.history_length": _float(users.positive.before(user_Q, time_Q)),
        "user.impressions": _float(users.impressions.before(user_Q, time_Q)),
    }
    for head, counter in users.heads.items():
        columns[f"user.rate.{head}"] = _rate(
            counter.before(user_Q, time_Q),
            columns["user.impressions"],
            counters.priors[head],
            USER_SMOOTHING,
        )
    for name, counter in users.types.items():
        columns[f"user.count.{name}"] = _float(counter.before(user_Q, time_Q))
    return columns


def age_days(
    create_time_M: FloatArray, item_R: npt.NDArray[np.integer], time_R: npt.NDArray[np.int64]
) -> FloatArray:
    """Return days since an item's creation, NaN where it is unknown."""
    days_R: FloatArray = (time_R - create_time_M[item_R]) / _DAY_MS
    return days_R


def _float(counts: npt.NDArray[np.int64]) -> FloatArray:
    return counts.astype(np.float64)


def _rate(
    n: npt.NDArray[np.int64], impressions: FloatArray, prior: float, smoothing: float
) -> FloatArray:
    """Return the rate smoothed toward the prior by `smoothing` pseudo-impressions."""
    rate: FloatArray = (n + smoothing * prior) / (impressions + smoothing)
    return rate
