"""The slate log's propensities are right: estimates made with them match the simulated truth."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from server.batch.simulation.off_policy import clicked_items, estimate, true_value
from server.batch.simulation.replay import Page, ReplayPlan, replay, target_distributions
from server.batch.simulation.saved_world import load_world
from server.batch.stores import DataPaths
from server.core.clock import WallClock
from server.core.event_type import EventType
from server.events.user_event import UserEvent
from tests.e2e.harness.client import Client, event
from tests.e2e.harness.logs import logged_slates
from tests.e2e.harness.server_process import shortlist

SLOT, POOL, VISITS = 2, 8, 700
CONFIG = f"""
[surfaces.explored]
sources = {{popular = 60, trending = 20}}
seen = "keep"
source_timeout_s = 5
[surfaces.explored.exploration]
positions = [{SLOT}]
rate = 0.6
pool_size = {POOL}

[surfaces.greedy]
sources = {{popular = 60, trending = 20}}
seen = "keep"
source_timeout_s = 5
"""


class GrpcReplayClient:
    """The replay's two calls, over gRPC."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def recommend(
        self, user_id: str, surface: str, page_size: int, context: Mapping[str, str]
    ) -> Page:
        reply = await asyncio.to_thread(
            self._client.recommend,
            user_id=user_id,
            serving_config=surface,
            page_size=page_size,
            context={"platform": context["platform"]},
        )
        shown = tuple(each.item_id for each in reply.recommendations)
        return Page(reply.request_id, shown, reply.attribution_token)

    async def write(self, events: Sequence[UserEvent]) -> None:
        messages = [
            event(
                EventType(each.type).name,
                *(item.item_id for item in each.items),
                user=each.subject.id,
                event_id=each.event_id,
                attribution_token=each.attribution_token,
            )
            for each in events
        ]
        results = await asyncio.to_thread(self._client.write, *messages)
        assert all(result.HasField("accepted") for result in results)


@pytest.fixture(scope="module")
def world_data(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("world") / "data"
    done = shortlist("simulate", "--size", "small", "--data-dir", data_dir)
    assert done.returncode == 0, done.stderr
    return data_dir


def test_inverse_propensity_estimates_match_the_simulated_truth(world_data, start_server):
    server = start_server(CONFIG, data_dir=world_data)
    world = load_world(DataPaths(world_data))
    plan = ReplayPlan(
        visits=VISITS,
        surface="explored",
        target_surface="greedy",
        page_size=6,
        target_size=SLOT + 1 + POOL,
        seed=5,
    )
    client = GrpcReplayClient(server.client)
    visits, events = asyncio.run(replay(world, client, plan, WallClock()))
    assert server.stop() == 0
    explored = {visit.page.request_id for visit in visits}
    slates = [each for each in logged_slates(world_data) if each.request_id in explored]
    assert len(slates) == VISITS
    clicks = clicked_items(events)
    for pool_size in (0, POOL):
        targets = target_distributions(visits, [SLOT], pool_size=pool_size)
        found, truth = estimate(slates, clicks, targets), true_value(world, slates, targets)
        assert found.samples == VISITS
        # An error that is small against the value makes the comparison one that can fail.
        assert 0 < found.error < 0.5 * truth
        assert abs(found.value - truth) <= 3.5 * found.error, (pool_size, found, truth)


def test_only_the_stochastic_slot_has_a_propensity_below_one(world_data, start_server):
    server = start_server(CONFIG, data_dir=world_data)
    pages = [
        server.client.recommend(user_id=f"probe-{number}", serving_config="explored", page_size=6)
        for number in range(40)
    ]
    assert server.stop() == 0
    served = {page.request_id for page in pages}
    slates = [each for each in logged_slates(world_data) if each.request_id in served]
    assert len(slates) == len(pages)
    for slate in slates:
        chances = dict(zip(slate.positions.tolist(), slate.propensities.tolist(), strict=True))
        drawn = chances.pop(SLOT)
        assert drawn == pytest.approx(0.4) or drawn == pytest.approx(0.6 / POOL)
        assert set(chances.values()) == {1.0}
