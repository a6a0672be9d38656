"""Chooses a few users for the demonstration, and what is known of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from server.batch.evaluation.cases import labelled
from server.batch.holdout import Protocol
from server.batch.stores import Stores
from server.core.event_type import signal
from server.core.subject import Subject

_SEED = 11
_LEAST_HELD_OUT = 3


@dataclass(frozen=True, slots=True)
class Person:
    """A user, the latest items of the log (latest first), and what came later in truth."""

    subject: Subject
    history: tuple[str, ...]
    held_out: frozenset[str]


def held_out_items(held_out: pa.Table, protocol: Protocol) -> dict[str, set[str]]:
    """Return what each user chose in the held-out part, by subject key."""
    wanted: dict[str, set[str]] = {}
    events = labelled(held_out, protocol.label)
    for key, item_id in zip(
        events["user_id"].to_pylist(), events["item_id"].to_pylist(), strict=True
    ):
        wanted.setdefault(key, set()).add(item_id)
    return wanted


def everyone(events: pa.Table) -> dict[str, set[str]]:
    """Return all users who engaged with something, for data of which nothing is held out."""
    engaged = events.filter(pc.greater(events["signal"], 0))
    return {key: set() for key in pc.unique(engaged["user_id"]).to_pylist()}


async def choose_people(
    stores: Stores, wanted: Mapping[str, set[str]], count: int, *, history: int = 6
) -> list[Person]:
    """Return users drawn at random (a fixed seed) among those with several held-out items.

    They have a history in the log; the draw doesn't look at how well they are served.
    """
    candidates = sorted(key for key, items in wanted.items() if len(items) >= _LEAST_HELD_OUT)
    candidates = candidates or sorted(wanted)
    order = np.random.default_rng(_SEED).permutation(len(candidates))
    people: list[Person] = []
    for at in order:
        key = candidates[int(at)]
        recent = await asyncio.to_thread(_recent, stores, key, history)
        if recent:
            people.append(Person(Subject.from_key(key), recent, frozenset(wanted[key])))
        if len(people) == count:
            break
    return people


def _recent(stores: Stores, key: str, count: int) -> tuple[str, ...]:
    """Return the latest distinct items that a subject engaged with, latest first."""
    engaged: OrderedDict[str, int] = OrderedDict()
    for record in stores.log.scan_subject(key):
        for item in record.event.items:
            if signal(record.event.type, item.rating) > 0:
                engaged[item.item_id] = max(record.event.time_ms, engaged.pop(item.item_id, 0))
    latest = sorted(engaged, key=lambda item_id: engaged[item_id], reverse=True)
    return tuple(latest[:count])
