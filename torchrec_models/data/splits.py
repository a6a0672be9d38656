"""Time-ordered splits: a part to fit on and a later part to predict.

Shape legend: E events, U users.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Events

Int64Array = npt.NDArray[np.int64]
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """A cut per user: events before `cut_U[u]` are fitted on, later ones are labels.

    A user without labels has a cut after all events. `is_global` says that the cut is one moment.
    """

    cut_U: Int64Array
    is_global: bool

    def is_before(self, events: Events) -> npt.NDArray[np.bool_]:
        """Mark the events of the part to fit on."""
        before: npt.NDArray[np.bool_] = events.time_E < self.cut_U[events.user_E]
        return before


def split_globally(events: Events, user_count: int, share_after: float) -> TimeSplit:
    """Cut at the moment after which about `share_after` of the positive events lie."""
    time = np.sort(events.time_E[events.is_positive])
    cut = int(time[min(len(time) - 1, int(np.ceil(len(time) * (1 - share_after))))])
    return TimeSplit(np.full(user_count, cut, dtype=np.int64), is_global=True)


def split_per_user(events: Events, user_count: int, share_after: float) -> TimeSplit:
    """Cut every user's positive events so that the last floor(share * n) are labels.

    Events at the cut's own moment all count as labels, so a basket is never torn apart.
    """
    positive = np.flatnonzero(events.is_positive)
    order = positive[np.argsort(events.user_E[positive], kind="stable")]
    user = events.user_E[order]
    start_U = np.searchsorted(user, np.arange(user_count + 1))
    count_U = np.diff(start_U)
    label_U = np.floor(count_U * share_after).astype(np.int64)
    cut_U = np.full(user_count, _NEVER, dtype=np.int64)
    has_labels = label_U > 0
    first = (start_U[1:] - label_U)[has_labels]
    cut_U[has_labels] = events.time_E[order[first]]
    return TimeSplit(cut_U, is_global=False)


def split_by_time(events: Events, user_count: int, share_after: float) -> TimeSplit:
    """Cut globally where enough users are active on both sides, else per user.

    A global cut is what serving meets; it needs users who come back.
    """
    split = split_globally(events, user_count, share_after)
    before = split.is_before(events)
    positive = events.is_positive
    users_before = np.unique(events.user_E[before & positive])
    users_after = np.unique(events.user_E[~before & positive])
    both = len(np.intersect1d(users_before, users_after))
    if both >= max(50, 0.25 * len(np.union1d(users_before, users_after))):
        return split
    split = split_per_user(events, user_count, share_after)
    return split if (split.cut_U < _NEVER).any() else split_last(events, user_count)


def split_last(events: Events, user_count: int) -> TimeSplit:
    """Make the last positive moment of each user who has an earlier one the labels.

    For so little data that a share of it is nothing.
    """
    user, time = events.user_E[events.is_positive], events.time_E[events.is_positive]
    first_U = np.full(user_count, _NEVER, dtype=np.int64)
    last_U = np.full(user_count, -1, dtype=np.int64)
    np.minimum.at(first_U, user, time)
    np.maximum.at(last_U, user, time)
    return TimeSplit(np.where(first_U < last_U, last_U, _NEVER), is_global=False)
