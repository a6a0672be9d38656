"""Training examples of the two-tower model: a known part and a later part of a user's items.

Shape legend: U users, B users of a batch, L longest sequence kept, M items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import Histories, last_unique_items

MAX_SEQUENCE = 300


@dataclass(frozen=True, slots=True)
class Sequences:
    """Distinct positive items of the users that have at least two, oldest first, padded by -1."""

    user_U: npt.NDArray[np.int64]
    item_UL: npt.NDArray[np.int32]
    length_U: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Batch:
    """History and target items of the users of one step, both padded with -1."""

    user_B: npt.NDArray[np.int64]
    history_BL: npt.NDArray[np.int32]
    target_BL: npt.NDArray[np.int32]


def build_sequences(histories: Histories) -> Sequences:
    """Collect every user's distinct items in the order of their last occurrence."""
    user = np.flatnonzero(histories.lengths >= 2)
    latest_first = last_unique_items(histories, user, histories.ends(user), MAX_SEQUENCE)
    length = (latest_first >= 0).sum(axis=1)
    enough = length >= 2
    user, latest_first, length = user[enough], latest_first[enough], length[enough]
    width = int(length.max(initial=2))
    column_UL = length[:, None] - 1 - np.arange(width)
    item_UL = np.where(
        column_UL >= 0, np.take_along_axis(latest_first, np.maximum(column_UL, 0), axis=1), -1
    )
    return Sequences(user, item_UL.astype(np.int32), length)


def draw_batch(
    sequences: Sequences,
    rows: npt.NDArray[np.int64],
    generator: np.random.Generator,
    *,
    history_length: int,
    history_dropout: float,
) -> Batch:
    """Cut each user's sequence at a random place: the known part before, the targets after.

    Half of the rows are cut in time order, half in random order: order teaches what comes next,
    the random half that every item says something about every other one. In one row in twenty
    the history is left empty, so that a newcomer's vector means something.
    """
    length_B = sequences.length_U[rows]
    item_BL = sequences.item_UL[rows]
    width = int(length_B.max())
    item_BL = item_BL[:, :width]
    valid_BL = np.arange(width) < length_B[:, None]
    shuffled_B = generator.random(len(rows)) < 0.5
    key_BL = np.where(
        shuffled_B[:, None], generator.random(item_BL.shape), np.arange(width)[None, :] / width
    )
    key_BL = np.where(valid_BL, key_BL, 2.0)
    item_BL = np.take_along_axis(item_BL, np.argsort(key_BL, axis=1, kind="stable"), axis=1)
    share_B = generator.uniform(0.3, 0.9, size=len(rows))
    cut_B = np.clip(np.round(length_B * share_B).astype(np.int64), 1, length_B - 1)
    column = np.arange(width)[None, :]
    is_history_BL = (column < cut_B[:, None]) & (column >= cut_B[:, None] - history_length)
    is_history_BL &= generator.random(item_BL.shape) >= history_dropout * generator.random(
        (len(rows), 1)
    )
    is_history_BL &= generator.random((len(rows), 1)) >= 0.05
    is_target_BL = (column >= cut_B[:, None]) & valid_BL
    return Batch(
        user_B=sequences.user_U[rows],
        history_BL=np.where(is_history_BL, item_BL, -1),
        target_BL=np.where(is_target_BL, item_BL, -1),
    )
