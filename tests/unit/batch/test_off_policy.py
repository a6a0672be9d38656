"""Inverse-propensity estimates are unbiased, and a replay gives what they need."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from server.batch.simulation.off_policy import (
    clicked_items,
    estimate,
    true_value,
    weighted,
)
from server.batch.simulation.replay import Page, ReplayPlan, replay, target_distributions
from server.batch.simulation.world import World, WorldSize
from server.core.event_type import EventType
from server.events.ports import SlateRecord
from server.events.user_event import UserEvent

END_MS = 1_750_000_000_000
RATE, POOL, SLOT = 0.5, 4, 2


@pytest.fixture(scope="module")
def world():
    size = WorldSize("tiny", users=30, items=80, days=7, slates_per_user=3.0)
    return World.create(size, seed=1, end_ms=END_MS)


@dataclass
class FixedClock:
    now: int = END_MS

    def now_ms(self):
        return self.now


@dataclass
class ExploringServer:
    """Ranks by quality and explores one slot as surfaces do; logs exact propensities."""

    world: World
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))
    slates: list[SlateRecord] = field(default_factory=list)
    events: list[UserEvent] = field(default_factory=list)
    numbers: itertools.count = field(default_factory=itertools.count)

    async def recommend(self, user_id, surface, page_size, context):
        assert context["platform"]
        user = self.world.user_row[user_id]
        # Not the world's own order, so that the target is not simply the best policy.
        order = np.argsort(-(self.world.quality_M + 0.1 * np.sin(user + np.arange(80))))
        request_id = f"r{next(self.numbers)}"
        ranked = [self.world.item_ids[row] for row in order]
        if surface == "plain":
            return Page(request_id, tuple(ranked[:page_size]))
        propensities = np.ones(page_size)
        if self.rng.random() < RATE:
            chosen = SLOT + 1 + int(self.rng.integers(POOL))
            ranked[SLOT], ranked[chosen] = ranked[chosen], ranked[SLOT]
            propensities[SLOT] = RATE / POOL
        else:
            propensities[SLOT] = 1 - RATE
        page = Page(request_id, tuple(ranked[:page_size]))
        self.slates.append(
            SlateRecord(
                request_id=request_id,
                served_ms=END_MS,
                subject_key=user_id,
                session_id="",
                serving_config=surface,
                model_version="",
                variants=(),
                item_ids=page.item_ids,
                positions=np.arange(page_size, dtype=np.int32),
                propensities=propensities,
                scores=np.zeros(page_size, np.float32),
            )
        )
        return page

    async def write(self, events):
        self.events += events


@pytest.mark.parametrize("pool_size", [0, POOL])
async def test_the_estimate_matches_the_truth_within_its_error(world, pool_size):
    server = ExploringServer(world)
    plan = ReplayPlan(visits=3_000, surface="home", target_surface="plain", page_size=6)
    visits, events = await replay(world, server, plan, FixedClock())
    assert server.events == events
    targets = target_distributions(visits, [SLOT], pool_size=pool_size)
    found = estimate(server.slates, clicked_items(events), targets)
    truth = true_value(world, server.slates, targets)
    assert found.samples == 3_000
    assert abs(found.value - truth) < 3 * found.error
    assert abs(found.normalised_value - truth) < 3 * found.normalised_error
    assert found.error < 0.25 * truth
    # Half of the requests tell something about either target.
    assert found.effective_samples == pytest.approx(1_500, rel=0.1)


async def test_wrong_propensities_are_found_out(world):
    server = ExploringServer(world)
    plan = ReplayPlan(visits=3_000, surface="home", target_surface="plain", page_size=6)
    visits, events = await replay(world, server, plan, FixedClock())
    for record in server.slates:
        record.propensities[:] = np.minimum(1.0, record.propensities * 1.5)
    targets = target_distributions(visits, [SLOT])
    found = estimate(server.slates, clicked_items(events), targets)
    assert abs(found.value - true_value(world, server.slates, targets)) > 3 * found.error


def test_estimates_by_hand():
    # Weights 2, 0, 2, 0 and rewards 1, 1, 0, 0.
    found = weighted(np.array([2.0, 0, 2, 0]), np.array([1.0, 1, 0, 0]))
    assert found.value == 0.5
    assert found.error == pytest.approx(math.sqrt(3 * 0.25 + 1.5**2) / math.sqrt(3) / 2)
    assert found.normalised_value == 0.5
    assert found.normalised_error == pytest.approx(math.sqrt(2) / 4)
    assert found.effective_samples == 2.0


def test_without_samples_nothing_is_known():
    found = estimate([], set(), {})
    assert found.samples == 0
    assert math.isnan(found.value)
    assert math.isnan(found.normalised_value)
    assert found.effective_samples == 0.0


async def test_the_average_estimate_over_all_draws_is_the_truth():
    """Unbiased: enumerate what a policy can draw, and weight each estimate by its probability."""
    logging, target = {"a": 0.7, "b": 0.2, "c": 0.1}, {"a": 0.1, "b": 0.4, "c": 0.5}
    reward = {"a": 0.3, "b": 0.6, "c": 0.9}
    expected = sum(
        probability * (target[item] / probability) * reward[item]
        for item, probability in logging.items()
    )
    assert expected == pytest.approx(sum(target[item] * reward[item] for item in target))
    rng = np.random.default_rng(0)
    items = rng.choice(list(logging), 20_000, p=list(logging.values()))
    weights = np.array([target[item] / logging[item] for item in items])
    rewards = (rng.random(20_000) < [reward[item] for item in items]).astype(float)
    found = weighted(weights, rewards)
    assert abs(found.value - expected) < 3 * found.error
    assert found.normalised_error < found.error


async def test_a_replay_names_its_slates_and_stays_within_the_page(world):
    server = ExploringServer(world)
    plan = ReplayPlan(
        visits=5, surface="home", target_surface="plain", page_size=6, writes_events=False
    )
    visits, events = await replay(world, server, plan, FixedClock())
    assert server.events == []
    requests = {visit.page.request_id for visit in visits}
    assert {event.slate_request_id for event in events} == requests
    assert len({event.event_id for event in events}) == len(events)
    assert sum(event.type is EventType.IMPRESSION for event in events) == 5
    assert all(item.position < 6 for event in events for item in event.items)


async def test_items_the_world_does_not_know_get_no_reaction(world):
    @dataclass
    class StrangeServer:
        async def recommend(self, user_id, surface, page_size, context):
            return Page("r", ("unknown",))

        async def write(self, events):
            self.events = events

    plan = ReplayPlan(visits=20, surface="home", target_surface="plain")
    _, events = await replay(world, StrangeServer(), plan, FixedClock())
    assert {event.type for event in events} == {EventType.IMPRESSION}
