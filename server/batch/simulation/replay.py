"""Sends the users of a simulated world to a live server, and keeps what a target would have shown.

A target policy is given by a surface without randomness: its slate is asked for just before the
explored one, so that both see the same state.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from server.batch.simulation.responses import respond
from server.batch.simulation.world import PLATFORMS, World
from server.core.clock import Clock
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.user_event import EventItem, UserEvent


@dataclass(frozen=True, slots=True)
class Page:
    """What a client gets: items in display order from position 0."""

    request_id: str
    item_ids: tuple[str, ...]
    attribution_token: str = ""


class ReplayClient(Protocol):
    """The two calls that a replay makes."""

    async def recommend(
        self, user_id: str, surface: str, page_size: int, context: Mapping[str, str]
    ) -> Page: ...

    async def write(self, events: Sequence[UserEvent]) -> None:
        """Write events; all must be accepted."""
        ...


@dataclass(frozen=True, slots=True)
class Visit:
    """One explored page, when it was shown, and what the target would have shown instead."""

    user_id: str
    page: Page
    time_ms: int
    target_item_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """How many visits are made, to which surfaces.

    `writes_events` off leaves the server's state as it is: the reactions are only returned.
    """

    visits: int
    surface: str
    target_surface: str
    page_size: int = 10
    target_size: int = 10
    seed: int = 0
    writes_events: bool = True


async def replay(
    world: World, client: ReplayClient, plan: ReplayPlan, clock: Clock
) -> tuple[list[Visit], list[UserEvent]]:
    """Make the visits one after the other; return them with the events they led to.

    Items that the world does not know are shown, but nobody reacts to them. Event times are those
    of the visits: a replay is faster than a reader, and a server refuses events of the future.
    """
    rng = np.random.default_rng([world.seed, 3, plan.seed])
    visits: list[Visit] = []
    written: list[UserEvent] = []
    for number in range(plan.visits):
        user = int(rng.integers(len(world.user_ids)))
        user_id = world.user_ids[user]
        context = {"platform": PLATFORMS[int(world.platform_U[user])]}
        ask = client.recommend
        target = await ask(user_id, plan.target_surface, plan.target_size, context)
        page = await ask(user_id, plan.surface, plan.page_size, context)
        time_ms = clock.now_ms()
        visit = Visit(user_id, page, time_ms, target.item_ids)
        events = _events(world, rng, visit, (plan.seed, number))
        if plan.writes_events:
            await client.write(events)
        visits.append(visit)
        written += events
        await asyncio.sleep(0)
    return visits, written


def _events(
    world: World, rng: np.random.Generator, visit: Visit, name: tuple[int, int]
) -> list[UserEvent]:
    """Return the impression of a page and the reactions to it."""
    page = visit.page
    user = world.user_row[visit.user_id]
    known = [place for place, item_id in enumerate(page.item_ids) if item_id in world.item_row]
    positions = np.array(known, np.int64)
    rows = world.rows_of([page.item_ids[place] for place in known])
    reactions = respond(world, rng, user, rows, positions, visit.time_ms)
    shown = tuple(EventItem(item_id=each, position=p) for p, each in enumerate(page.item_ids))
    contents = [(EventType.IMPRESSION, shown)] if shown else []
    contents += [(each.type, (shown[known[each.place]],)) for each in reactions]
    prefix = f"replay.{world.seed}.{name[0]}.{visit.time_ms}.{name[1]}"
    return [
        UserEvent(
            event_id=f"{prefix}.{count}",
            type=event_type,
            subject=Subject(visit.user_id),
            items=items,
            time_ms=visit.time_ms,
            attribution_token=page.attribution_token,
            slate_request_id=page.request_id,
            context={"platform": PLATFORMS[int(world.platform_U[user])]},
        )
        for count, (event_type, items) in enumerate(contents)
    ]


def target_distributions(
    visits: Sequence[Visit], positions: Sequence[int], *, pool_size: int = 0
) -> dict[tuple[str, int], dict[str, float]]:
    """Return for (request id, position) what the target shows there, item -> probability.

    Args:
        pool_size: 0: the target shows its slate's item at the position. Otherwise it draws
            uniformly from the `pool_size` items that follow the position in its slate.
    """
    targets: dict[tuple[str, int], dict[str, float]] = {}
    for visit in visits:
        for position in positions:
            if position >= len(visit.page.item_ids):
                continue
            if pool_size:
                pool = visit.target_item_ids[position + 1 : position + 1 + pool_size]
            else:
                pool = visit.target_item_ids[position : position + 1]
            if pool:
                targets[visit.page.request_id, position] = dict.fromkeys(pool, 1 / len(pool))
    return targets
