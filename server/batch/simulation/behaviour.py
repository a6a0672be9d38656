"""Lets the users of a simulated world visit for its days, served by a simple logging policy.

Shape legend: U users, M items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from server.batch.importing.new_events import payload_digest
from server.batch.simulation.responses import Reaction, respond
from server.batch.simulation.world import DAY_MS, PLATFORMS, Rows, World
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.user_event import EventItem, NewEvent, UserEvent

SLATE_LENGTH = 10
_SLATES_PER_SESSION = 1.9
_RANDOM_SHARE = 0.2
# The logging policy knows tastes roughly, as a system in production does.
_BY_QUALITY, _BY_TASTE = 0.8, 3.0
# Few visits at night, most in the evening (UTC).
_HOURS = np.array([1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 6, 6, 5, 5, 6, 7, 9, 10, 10, 8, 5, 2], float)


def simulate_events(world: World) -> list[NewEvent]:
    """Return everything that happens in the world's days, in order of time."""
    rng = np.random.default_rng([world.seed, 2])
    visits = _Visits(world, rng)
    everything = (event for session in _sessions(world, rng) for event in visits.events(*session))
    # A long visit may outlast the world.
    events = [event for event in everything if event.time_ms < world.end_ms]
    events.sort(key=lambda event: event.time_ms)
    return [
        NewEvent(event=event, digest=payload_digest(event), is_imported=True) for event in events
    ]


def _sessions(world: World, rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Yield (user, start, number) of the sessions in order of time."""
    mean = world.activity_U * world.size.slates_per_user / _SLATES_PER_SESSION
    counts = rng.poisson(mean)
    users = np.repeat(np.arange(len(counts)), counts)
    days = rng.integers(world.size.days, size=len(users))
    hours = rng.choice(24, size=len(users), p=_HOURS / _HOURS.sum())
    within_ms = rng.integers(3_600_000, size=len(users))
    first_midnight = world.start_ms - world.start_ms % DAY_MS
    starts = first_midnight + days * DAY_MS + hours * 3_600_000 + within_ms
    # The first and the last day of the calendar are not whole.
    starts = np.where(starts < world.start_ms, starts + DAY_MS, starts)
    starts = np.minimum(starts, world.end_ms - 3_600_000)
    for number, at in enumerate(np.argsort(starts, kind="stable")):
        yield int(users[at]), int(starts[at]), number


@dataclass(slots=True)
class _Visits:
    """Serves sessions; items that a user clicked or hid are not shown to that user again."""

    world: World
    rng: np.random.Generator
    _done: dict[int, list[int]] = field(default_factory=dict)

    def events(self, user: int, start_ms: int, number: int) -> list[UserEvent]:
        """Return the events of one session."""
        done = self._done.setdefault(user, [])
        shown: list[int] = []
        events: list[UserEvent] = []
        time_ms = start_ms
        for _ in range(1 + int(self.rng.poisson(_SLATES_PER_SESSION - 1))):
            items = self._slate(user, time_ms, [*done, *shown])
            positions = np.arange(len(items))
            reactions = respond(self.world, self.rng, user, items, positions, time_ms)
            shown += items.tolist()
            done += [int(items[each.place]) for each in reactions]
            begun = _Session(self.world, user, number, len(events))
            events += begun.slate_events(items, reactions, time_ms)
            time_ms = events[-1].time_ms + int(self.rng.integers(5_000, 60_000))
        return events

    def _slate(self, user: int, time_ms: int, excluded: list[int]) -> Rows:
        """Choose items: mostly popular and roughly fitting ones, some at random."""
        world, rng = self.world, self.rng
        chance = rng.standard_exponential(len(world.quality_M))
        # Minus the logarithm of an exponential is Gumbel noise: the best are a weighted sample.
        scores = _BY_QUALITY * world.quality_M - np.log(chance)
        scores += _BY_TASTE * world.affinities(user, time_ms)
        is_usable = world.born_ms_M <= time_ms
        is_usable[excluded] = False
        scores[~is_usable] = -np.inf
        best = np.argpartition(-scores, SLATE_LENGTH)[:SLATE_LENGTH]
        likely = best[np.argsort(-scores[best])]
        random = rng.integers(len(scores), size=len(likely))
        takes_random = (rng.random(len(likely)) < _RANDOM_SHARE) & is_usable[random]
        chosen = np.where(takes_random, random, likely)
        _, first = np.unique(chosen, return_index=True)
        shown = chosen[np.sort(first)]
        return shown[is_usable[shown]]


@dataclass(frozen=True, slots=True)
class _Session:
    """Writes the events of a session; `begun` of them were written before."""

    world: World
    user: int
    number: int
    begun: int

    def slate_events(self, items: Rows, reactions: list[Reaction], time_ms: int) -> list[UserEvent]:
        """Return the impression of a whole slate and the reactions to it."""
        shown = tuple(
            EventItem(item_id=self.world.item_ids[item], position=place)
            for place, item in enumerate(items.tolist())
        )
        events = [self._event(EventType.IMPRESSION, shown, time_ms, 0)]
        for count, each in enumerate(reactions, start=1):
            item = EventItem(
                item_id=shown[each.place].item_id, position=each.place, dwell_ms=each.dwell_ms
            )
            events.append(self._event(each.type, (item,), time_ms + each.delay_ms, count))
        return events

    def _event(
        self, event_type: EventType, items: tuple[EventItem, ...], time_ms: int, count: int
    ) -> UserEvent:
        world = self.world
        return UserEvent(
            event_id=f"sim.{world.seed}.{self.number}.{self.begun + count}",
            type=event_type,
            subject=Subject(world.user_ids[self.user]),
            items=items,
            time_ms=time_ms,
            session_id=f"session-{self.number:06d}",
            context={"platform": PLATFORMS[int(world.platform_U[self.user])]},
        )
