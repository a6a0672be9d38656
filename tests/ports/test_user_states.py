"""Behaviour every reader of user states shares; runs against each adapter."""

from __future__ import annotations

import pytest

from server.core.subject import Subject
from server.core.user_state import NO_BEHAVIOUR
from tests.event_factory import NOON_MS, new_event
from tests.stream_world import World


@pytest.fixture(params=["cached"])
async def world(request, tmp_path):
    world = await World(tmp_path).start()
    yield world
    await world.stop()


async def test_an_unknown_subject_has_no_behaviour(world):
    assert await world.states.get("nobody") is NO_BEHAVIOUR


async def test_a_state_is_up_to_date_with_every_acknowledged_event(world):
    for number in range(5):
        await world.ingest.write([new_event(f"e{number}", "ann", f"i{number}")])
        assert (await world.states.get("ann")).history.tolist() == list(range(number + 1))


async def test_a_state_that_was_returned_does_not_change(world):
    await world.ingest.write([new_event("e1", "ann", "i1")])
    before = await world.states.get("ann")
    await world.ingest.write([new_event("e2", "ann", "i2", time_ms=NOON_MS - 1)])
    assert before.history.tolist() == [1]
    assert (await world.states.get("ann")).history.tolist() == [2, 1]


async def test_users_and_visitors_of_one_name_are_two_subjects(world):
    visitor = Subject("ann", is_visitor=True)
    await world.ingest.write([new_event("e1", visitor, "i1"), new_event("e2", "ann", "i2")])
    assert (await world.states.get(visitor.key)).history.tolist() == [1]
    assert (await world.states.get("ann")).history.tolist() == [2]
