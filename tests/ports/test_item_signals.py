"""Behaviour every source of item signals shares; runs against each adapter."""

from __future__ import annotations

import pytest

from server.core.event_type import EventType
from tests.event_factory import DAY_MS, NOON_MS, new_event
from tests.stream_world import World


@pytest.fixture(params=["windowed"])
async def world(request, tmp_path):
    world = await World(tmp_path).start()
    yield world
    await world.stop()


async def test_signals_are_up_to_date_with_every_acknowledged_event(world):
    shown, liked = EventType.IMPRESSION, EventType.LIKE
    await world.ingest.write(
        [
            new_event("e1", "ann", "i0", "i2", type=shown),
            new_event("e2", "ann", "i2", type=liked),
            new_event("e3", "bob", "i2", type=liked),
            new_event("e4", "bob", "i1", type=EventType.HIDE),
        ]
    )
    signals = world.signals
    assert signals.popularity().tolist() == [0, 0, 2]
    assert signals.recent(NOON_MS).tolist() == [0, 0, 2]
    assert signals.event_counts(shown).tolist() == [1, 0, 1]
    assert signals.event_counts(EventType.HIDE).tolist() == [0, 1, 0]
    assert signals.counts_since_impression(liked).tolist() == [0, 0, 2]
    assert signals.trending(NOON_MS).rows.tolist() == [2]


async def test_popularity_is_for_life_and_recent_for_seven_days(world):
    await world.ingest.write([new_event("old", "ann", "i1", time_ms=NOON_MS - 8 * DAY_MS)])
    await world.ingest.write([new_event("new", "ann", "i0")])
    assert world.signals.popularity().tolist() == [1, 1]
    assert world.signals.recent(NOON_MS)[:2].tolist() == [1, 0]


async def test_before_the_first_event_everything_is_empty(world):
    assert len(world.signals.popularity()) == 0
    assert len(world.signals.recent(NOON_MS)) == 0
    assert len(world.signals.event_counts(EventType.CLICK)) == 0
    assert len(world.signals.trending(NOON_MS).rows) == 0
