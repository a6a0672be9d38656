"""Labels of impressions: what the user did with an item in the day after seeing it.

Shape legend: I impressions, E events, H heads.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Events

LABEL_WINDOW_MS = 24 * 3600 * 1000
HEAD_ORDER = (
    "click",
    "long_view",
    "like",
    "add_to_cart",
    "purchase",
    "rate",
    "share",
    "follow",
    "comment",
    "view",
)
_MIN_POSITIVES = 50
_MIN_SHARE = 0.005
_MAX_HEADS = 4


def join_labels(
    events: Events, impression_I: npt.NDArray[np.int64], heads: list[str]
) -> npt.NDArray[np.float32]:
    """Return 1 where the impression's user engaged so within 24 h and before the next impression.

    An event at the very time of the impression belongs to it; one at the time of the pair's next
    impression belongs to that one.

    Shapes: impression rows (I,) -> (I, H).
    """
    item_count = int(events.item_E.max(initial=0)) + 1
    pair_E = events.user_E.astype(np.int64) * item_count + events.item_E
    time_I = events.time_E[impression_I]
    until_I = np.minimum(
        time_I + LABEL_WINDOW_MS, _next_time(pair_E, events.time_E, impression_I, strict=True)
    )
    label_IH = np.zeros((len(impression_I), len(heads)), dtype=np.float32)
    for column, head in enumerate(heads):
        rows = np.flatnonzero(events.is_type(head) & events.is_positive)
        engaged_I = _first_at_or_after(pair_E, events.time_E, rows, impression_I)
        label_IH[:, column] = engaged_I < until_I
    return label_IH


def _next_time(
    pair_E: npt.NDArray[np.int64],
    time_E: npt.NDArray[np.int64],
    impression_I: npt.NDArray[np.int64],
    *,
    strict: bool,
) -> npt.NDArray[np.int64]:
    """Return the time of the pair's next impression after each one's own time."""
    return _first_at_or_after(pair_E, time_E, impression_I, impression_I, shift=int(strict))


def _first_at_or_after(
    pair_E: npt.NDArray[np.int64],
    time_E: npt.NDArray[np.int64],
    sought: npt.NDArray[np.int64],
    impression_I: npt.NDArray[np.int64],
    *,
    shift: int = 0,
) -> npt.NDArray[np.int64]:
    """Return the first time >= own time + shift among the sought events of the same pair."""
    never = np.iinfo(np.int64).max
    if len(sought) == 0:
        return np.full(len(impression_I), never)
    _, code = np.unique(pair_E[np.concatenate([sought, impression_I])], return_inverse=True)
    times, rank = np.unique(time_E[sought], return_inverse=True)
    width = len(times) + 1
    key = code[: len(sought)] * width + rank
    order = np.argsort(key)
    own_rank = np.searchsorted(times, time_E[impression_I] + shift)
    position = np.searchsorted(key[order], code[len(sought) :] * width + own_rank)
    inside = np.minimum(position, len(order) - 1)
    hit = (position < len(order)) & (key[order][inside] // width == code[len(sought) :])
    found: npt.NDArray[np.int64] = np.where(hit, time_E[sought][order][inside], never)
    return found


def choose_heads(events: Events, *, has_impressions: bool) -> list[str]:
    """Return the event types that are worth a head: common enough, at most four, fixed order.

    With impressions, types are counted where the pair was shown; without, all positive events.
    """
    counted = np.ones(len(events), dtype=bool)
    total = len(events)
    if has_impressions:
        impressions = np.flatnonzero(events.is_type("impression"))
        labels = join_labels(events, impressions, list(HEAD_ORDER))
        counts = dict(zip(HEAD_ORDER, labels.sum(axis=0), strict=True))
        total = len(impressions)
    else:
        positive = counted & events.is_positive
        counts = {h: np.float32((events.is_type(h) & positive).sum()) for h in HEAD_ORDER}
        total = int(positive.sum())
    common = [h for h in HEAD_ORDER if counts[h] >= max(_MIN_POSITIVES, _MIN_SHARE * total)]
    return (common or [max(HEAD_ORDER, key=lambda head: counts[head])])[:_MAX_HEADS]
