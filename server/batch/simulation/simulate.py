"""Writes a simulated world through the ports, the last days held out if asked for."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from server.batch.holdout import HoldoutTask, Protocol, write_holdout
from server.batch.importing.writing import write_items, write_profiles
from server.batch.simulation.behaviour import simulate_events
from server.batch.simulation.catalogue import (
    ITEM_ATTRIBUTES,
    USER_ATTRIBUTES,
    items_of,
    profiles_of,
)
from server.batch.simulation.saved_world import load_world, save_world
from server.batch.simulation.world import DAY_MS, SIZES, World
from server.batch.stores import Stores
from server.batch.terminal import Terminal
from server.core.errors import ArtifactError, ServerError
from server.events.user_event import NewEvent

HELD_OUT_DAYS = 2
_BATCH = 4_000
_HOUR_MS = 3_600_000
DESCRIPTION = (
    "Simulated world: the last 2 days are held out. Clicked items of users and items that the "
    "days before know; what the user engaged with before is masked and no test item."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationReport:
    """What a simulation wrote; `rows` counts events by type, once for each item."""

    world: World
    items: int
    users: int
    events: int
    duplicates: int
    held_out: int
    seconds: float
    rows: dict[str, int] = field(default_factory=dict)


async def simulate(
    stores: Stores,
    *,
    size: str,
    seed: int,
    now_ms: int,
    hold_out: bool = False,
    terminal: Terminal | None = None,
) -> SimulationReport:
    """Create a world that ends now, and write its items, users and events.

    A data directory keeps its world: the same size and seed again change nothing.

    Raises:
        ArtifactError: the data directory holds other data.
        StorageFullError, UnavailableError.
    """
    started = time.monotonic()
    terminal = terminal or Terminal()
    world = await _world(stores, size, seed, now_ms)
    await _check_holdout(stores, hold_out)
    stores.paths.root.mkdir(parents=True, exist_ok=True)
    save_world(stores.paths, world)
    items, profiles = items_of(world), profiles_of(world)
    terminal.say(f"  {len(profiles):,} users live through {world.size.days} days")
    events = await asyncio.to_thread(simulate_events, world)
    logged, held_out = _split(world, events) if hold_out else (events, [])
    await stores.catalog.declare(ITEM_ATTRIBUTES, USER_ATTRIBUTES)
    known = [item for item in items if not hold_out or (item.create_ms or 0) < _cut_ms(world)]
    with terminal.progress("items and users", len(known) + len(profiles)) as advance:
        await write_items(stores.catalog, known, advance, _fail)
        await write_profiles(stores.profiles, profiles, advance)
    duplicates = await _append(stores, logged, terminal)
    if hold_out:
        write_holdout(stores.paths, held_out, _protocol(world))
    await stores.processor.catch_up()
    rows = Counter[str]()
    for new in logged:
        rows[new.event.type.name.lower()] += len(new.event.items)
    return SimulationReport(
        world=world,
        items=len(known),
        users=len(profiles),
        events=len(logged),
        duplicates=duplicates,
        held_out=len(held_out),
        seconds=time.monotonic() - started,
        rows=dict(rows),
    )


async def _world(stores: Stores, size: str, seed: int, now_ms: int) -> World:
    before = load_world(stores.paths)
    if before is None and await stores.log.last_offset() == 0:
        return World.create(SIZES[size], seed=seed, end_ms=now_ms - now_ms % _HOUR_MS)
    if before is None or (before.size.name, before.seed) != (size, seed):
        raise ArtifactError(
            f"{stores.paths.root}: holds other data already; "
            "simulate into an empty data directory (--data-dir)"
        )
    return before


async def _check_holdout(stores: Stores, hold_out: bool) -> None:
    """Refuse to hold out what the log has; forget what was held out and is written now."""
    paths = stores.paths
    if not hold_out:
        paths.holdout.unlink(missing_ok=True)
        paths.holdout_protocol.unlink(missing_ok=True)
    elif await stores.log.last_offset() > 0 and not paths.holdout_protocol.exists():
        raise ArtifactError(
            f"{paths.root}: has events already, held-out ones may be among them; "
            "simulate with --hold-out into an empty data directory"
        )


def _cut_ms(world: World) -> int:
    return world.end_ms - HELD_OUT_DAYS * DAY_MS


def _split(world: World, events: Sequence[NewEvent]) -> tuple[list[NewEvent], list[NewEvent]]:
    cut_ms = _cut_ms(world)
    logged = [new for new in events if new.event.time_ms < cut_ms]
    return logged, [new for new in events if new.event.time_ms >= cut_ms]


def _protocol(world: World) -> Protocol:
    return Protocol(
        dataset=f"simulated-{world.size.name}",
        description=DESCRIPTION,
        label="click",
        tasks=(HoldoutTask("new items", repeats=False),),
        known_only=True,
        fits_held_out_users=False,
        has_impressions=True,
    )


async def _append(stores: Stores, events: Sequence[NewEvent], terminal: Terminal) -> int:
    """Write events and return how many had been written before."""
    duplicates = 0
    with terminal.progress("events", len(events)) as advance:
        for start in range(0, len(events), _BATCH):
            batch = events[start : start + _BATCH]
            for outcome in await stores.log.append(batch):
                if isinstance(outcome, ServerError):
                    raise outcome
                duplicates += outcome.is_duplicate
            advance(len(batch))
    return duplicates


def _fail(item_id: str, reason: str) -> None:
    raise ArtifactError(f"item {item_id}: {reason}; simulate into an empty data directory")
