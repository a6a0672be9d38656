"""Which users engaged with which items: distinct pairs, by user.

Shape legend: U users, M items, P distinct pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Interactions:
    """Distinct (user, item) pairs in compressed rows; items of a user ascend.

    Shapes:
        starts_U (U + 1,) int64; item_P (P,) int32 index into `items`.
    """

    users: list[str]
    items: list[str]
    starts_U: NDArray[np.int64]
    item_P: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.item_P)

    def of(self, user: int) -> NDArray[np.int32]:
        return self.item_P[self.starts_U[user] : self.starts_U[user + 1]]

    def pair_users(self) -> NDArray[np.int64]:
        """Return (P,) the user of each pair."""
        return np.repeat(np.arange(len(self.users)), np.diff(self.starts_U))

    def item_counts(self) -> NDArray[np.int64]:
        """Return (M,) how many users engaged with each item."""
        return np.bincount(self.item_P, minlength=len(self.items))


def collect(
    events: pa.Table, item_ids: Sequence[str], only_users: Sequence[str] | None = None
) -> Interactions:
    """Return the pairs of all events with a positive signal.

    Args:
        item_ids: the items that can be recommended; the events may know further ones.
        only_users: other users are left out; None: nobody is.
    """
    positive = events.filter(pc.greater(events["signal"], 0)).select(["user_id", "item_id"])
    if only_users is not None:
        wanted = pa.array(only_users, pa.string())
        positive = positive.filter(pc.is_in(positive["user_id"], value_set=wanted))
    user = positive["user_id"].combine_chunks().dictionary_encode()
    item = positive["item_id"].combine_chunks().dictionary_encode()
    names = item.dictionary.to_pylist()
    # By id, so that ties between scores don't depend on the order of imports.
    items = sorted({*item_ids, *names})
    row_of = {name: row for row, name in enumerate(items)}
    lookup = np.array([row_of[name] for name in names], np.int64)
    item_E = lookup[item.indices.to_numpy()] if len(item) else np.empty(0, np.int64)
    user_E = user.indices.to_numpy().astype(np.int64)
    pair_P = np.unique(user_E * len(items) + item_E) if len(items) else np.empty(0, np.int64)
    user_count = len(user.dictionary)
    starts = np.searchsorted(pair_P, np.arange(user_count + 1) * len(items))
    return Interactions(
        users=user.dictionary.to_pylist(),
        items=items,
        starts_U=starts.astype(np.int64),
        item_P=(pair_P % max(1, len(items))).astype(np.int32),
    )
