"""Too little time and changing models: what is served, and what must not happen."""

import asyncio
import time
from dataclasses import replace

import pytest

from server.core.errors import DeadlineTooShortError
from server.core.slate import DegradationKind
from tests.unit.orchestrator.trained_world import QUERY, ByTowers, ids, parts, world_of


async def test_a_passed_deadline_is_an_error():
    with pytest.raises(DeadlineTooShortError):
        await world_of().recommender.recommend(replace(QUERY, deadline_s=time.monotonic() - 1))


async def test_with_too_little_time_the_fallback_slate_is_served_and_flagged():
    world = world_of()
    query = replace(QUERY, deadline_s=time.monotonic() + 0.012)
    page = await world.recommender.recommend(query)
    assert ids(page) == ["i1", "i2", "i3"]
    assert [each.kind for each in page.degradations] == [DegradationKind.FALLBACK_SLATE]
    assert page.model_version == ""


class StuckHydrator:
    name = "stuck"

    async def hydrate(self, context, batch):
        await asyncio.sleep(30)


async def test_a_pipeline_that_takes_too_long_is_replaced_in_time():
    world = world_of(parts=parts(catalog_hydrators=[StuckHydrator()]))
    deadline_s = time.monotonic() + 0.8
    stuck = replace(QUERY, deadline_s=deadline_s)
    page = await world.recommender.recommend(stuck)
    assert len(page.items) == 3
    assert time.monotonic() < deadline_s
    ranked = await world.recommender.rank(["i3", "i1"], replace(stuck, deadline_s=deadline_s + 0.3))
    assert ids(ranked) == ["i1", "i3"]
    late = replace(stuck, deadline_s=time.monotonic() + 0.3)
    (shelf,) = await world.recommender.compose([late])
    assert len(shelf.items) == 3
    for reply in (page, ranked, shelf):
        assert DegradationKind.FALLBACK_SLATE in {each.kind for each in reply.degradations}


async def test_a_subject_that_cannot_be_read_in_time_is_an_error():
    world = world_of()

    async def stuck(subject_key):
        await asyncio.sleep(30)

    world.states_of_users.get = stuck
    with pytest.raises(DeadlineTooShortError):
        await world.recommender.recommend(replace(QUERY, deadline_s=time.monotonic() + 0.05))


async def test_a_swap_reaches_new_requests_only():
    world = world_of()
    slow = ByTowers()
    slow.delay_s = 0.05
    world.serving.swap(world.state(parts(predictor=slow)))
    under_way = asyncio.create_task(world.recommender.recommend(QUERY))
    await asyncio.sleep(0.01)
    world.serving.swap(world.state(parts(version="v2")))
    assert (await world.recommender.recommend(QUERY)).model_version == "v2"
    assert (await under_way).model_version == "v1"
