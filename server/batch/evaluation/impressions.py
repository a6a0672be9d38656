"""Held-out impressions with their labels: what a ranker's probabilities are measured on.

Shape legend: I impressions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from server.batch.event_table import CONTEXT_PREFIX, context_names

LABEL_WINDOW_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Impressions:
    """What was shown to whom, when and where; `context` has raw names, None where unknown.

    Shapes:
        time_ms_I (I,) int64; label_I (I,) bool: the user engaged within a day.
    """

    user_keys: list[str]
    item_ids: list[str]
    time_ms_I: NDArray[np.int64]
    context: dict[str, list[str | None]]
    label_I: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.user_keys)

    def user_codes(self) -> NDArray[np.int64]:
        """Return (I,) a number for each user."""
        _, codes = np.unique(np.array(self.user_keys, dtype=object), return_inverse=True)
        return codes.astype(np.int64)


def read_impressions(held_out: pa.Table, label: str) -> Impressions:
    """Return the impressions of held-out events.

    An impression's label is true if its user has an event of type `label` on the item from the
    impression on, within a day, and before the item's next impression to that user.
    """
    pair = _pairs(held_out)
    time = held_out["event_time_ms"].to_numpy().astype(np.int64)
    types = held_out["type"]
    shown = np.flatnonzero(pc.equal(types, "impression").to_numpy(zero_copy_only=False))
    labelled = np.flatnonzero(pc.equal(types, label).to_numpy(zero_copy_only=False))
    until = np.minimum(
        time[shown] + LABEL_WINDOW_MS,
        _first_from(pair[shown], time[shown], pair[shown], time[shown] + 1),
    )
    engaged = _first_from(pair[labelled], time[labelled], pair[shown], time[shown])
    rows = held_out.take(pa.array(shown))
    return Impressions(
        user_keys=rows["user_id"].to_pylist(),
        item_ids=rows["item_id"].to_pylist(),
        time_ms_I=time[shown],
        context={name: rows[CONTEXT_PREFIX + name].to_pylist() for name in context_names(rows)},
        label_I=engaged < until,
    )


def _pairs(events: pa.Table) -> NDArray[np.int64]:
    codes = [
        events[name].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
        for name in ("user_id", "item_id")
    ]
    width = int(codes[1].max(initial=0)) + 1
    pair: NDArray[np.int64] = codes[0] * width + codes[1]
    return pair


def _first_from(
    pair: NDArray[np.int64],
    time: NDArray[np.int64],
    wanted_pair: NDArray[np.int64],
    from_ms: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the first time >= `from_ms` among the events of each wanted pair, else never."""
    order = np.lexsort((time, pair))
    pair, time = pair[order], time[order]
    # Merged with the queries; at the same pair and time, queries come first.
    merged_pair = np.concatenate([wanted_pair, pair])
    merged_time = np.concatenate([from_ms, time])
    is_event = np.concatenate([np.zeros(len(wanted_pair), np.int8), np.ones(len(pair), np.int8)])
    place = np.lexsort((is_event, merged_time, merged_pair))
    before = np.cumsum(is_event[place]) - is_event[place]
    position = np.empty(len(place), np.int64)
    position[place] = before
    position = position[: len(wanted_pair)]
    never = np.iinfo(np.int64).max
    if len(pair) == 0:
        return np.full(len(wanted_pair), never)
    at = np.minimum(position, len(pair) - 1)
    is_found = (position < len(pair)) & (pair[at] == wanted_pair)
    return np.where(is_found, time[at], never)
