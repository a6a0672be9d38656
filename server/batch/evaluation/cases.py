"""Turns held-out events into what each user should have been recommended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from server.batch.evaluation.interactions import Interactions
from server.batch.holdout import HoldoutTask, Protocol


@dataclass(frozen=True, slots=True)
class Case:
    """One user of one task: `row` in the interactions, None if the log does not know the user.

    Shapes:
        history (n,) int32 items of the log; masked: those that must not be recommended.
    """

    user_key: str
    row: int | None
    relevant: frozenset[str]
    history: NDArray[np.int32]
    masked: NDArray[np.int32]


def held_out_users(held_out: pa.Table, protocol: Protocol) -> list[str]:
    """Return the users who have held-out events of the label."""
    events = labelled(held_out, protocol.label)
    users: list[str] = pc.unique(events["user_id"]).to_pylist()
    return users


def build_cases(
    held_out: pa.Table, protocol: Protocol, task: HoldoutTask, known: Interactions
) -> list[Case]:
    """Return the users of a task, in the order of their first held-out event.

    Args:
        known: the pairs of the log; an item is known if anyone engaged with it.
    """
    events = labelled(held_out, protocol.label)
    wanted: dict[str, set[str]] = {}
    for user_key, item_id in zip(
        events["user_id"].to_pylist(), events["item_id"].to_pylist(), strict=True
    ):
        wanted.setdefault(user_key, set()).add(item_id)
    row_of = {user_key: row for row, user_key in enumerate(known.users)}
    engaged = {known.items[item] for item in np.flatnonzero(known.item_counts())}
    cases: list[Case] = []
    for user_key, items in wanted.items():
        row = row_of.get(user_key)
        if protocol.known_only:
            if row is None:
                continue
            items &= engaged
        case = _case(user_key, row, items, known, task)
        if case.relevant:
            cases.append(case)
    return cases


def _case(
    user_key: str, row: int | None, items: set[str], known: Interactions, task: HoldoutTask
) -> Case:
    history = np.empty(0, np.int32) if row is None else known.of(row)
    if task.repeats:
        return Case(user_key, row, frozenset(items), history, np.empty(0, np.int32))
    new = items - {known.items[item] for item in history}
    return Case(user_key, row, frozenset(new), history, history)


def labelled(held_out: pa.Table, label: str) -> pa.Table:
    """Return the held-out events of the label that are positive."""
    is_label = pc.and_(pc.equal(held_out["type"], label), pc.greater(held_out["signal"], 0))
    return held_out.filter(is_label)
