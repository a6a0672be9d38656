"""Decides which events are held out for evaluation.

Shape legend: E events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.batch.importing.event_columns import EventColumns
from server.batch.importing.reader import Mask
from server.batch.mapping.language import Holdout, HoldoutMethod

Index = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Split:
    """Where events go: into the log, or aside; what is in neither is used by nobody.

    Shapes:
        log, held_out: index arrays in the order of the events.
    """

    log: Index
    held_out: Index


def split(columns: EventColumns, holdout: Holdout, is_matching: Mask) -> Split:
    """Split the events of the file that the hold-out concerns.

    Args:
        is_matching: (E,) bool, which events come from rows that the WHERE filters keep.
    """
    if holdout.method is HoldoutMethod.FROM_TIME:
        return _by_mask(columns.time_ms >= holdout.start_ms)
    if holdout.method is HoldoutMethod.WHERE:
        return _by_mask(is_matching)
    return _last_share(columns, holdout.share, holdout.min_events)


def _by_mask(is_held_out: Mask) -> Split:
    return Split(np.flatnonzero(~is_held_out), np.flatnonzero(is_held_out))


def _last_share(columns: EventColumns, share: float, min_events: int) -> Split:
    """Hold out the last floor(share * n) positive events of each user with n >= min_events.

    The user's other events go into the log only if they come before the first of these.
    """
    is_positive = columns.signals() > 0
    user = columns.subject.codes
    user_count = len(columns.subject.values)
    count = np.bincount(user[is_positive], minlength=user_count)
    # A float just below a whole number must not lose it: 0.2 * 15.
    held = np.floor(share * count + 1e-9).astype(np.int64)
    held[count < min_events] = 0
    rank = _rank_within(user, is_positive)
    is_held_out = is_positive & (rank >= (count - held)[user])
    first_held_out = np.full(user_count, len(columns), np.int64)
    rows = np.flatnonzero(is_held_out)
    np.minimum.at(first_held_out, user[rows], rows)
    is_logged = np.arange(len(columns)) < first_held_out[user]
    return Split(np.flatnonzero(is_logged), rows)


def _rank_within(user: NDArray[np.int32], is_counted: Mask) -> NDArray[np.int64]:
    """Return the position of each counted event among those of its user, -1 for the others."""
    rows = np.flatnonzero(is_counted)
    order = rows[np.argsort(user[rows], kind="stable")]
    sorted_user = user[order]
    starts = np.searchsorted(sorted_user, sorted_user, side="left")
    rank = np.full(len(user), -1, np.int64)
    rank[order] = np.arange(len(order)) - starts
    return rank
