"""From a query to its context."""

from dataclasses import replace

import numpy as np
import pytest

from server.core.errors import InvalidFilterError, UnavailableError
from server.core.slate import DegradationKind
from server.core.subject import Subject
from server.core.surface import Surface
from server.core.user_state import NO_BEHAVIOUR
from server.orchestrator.context_builder import seed_of, with_seeds
from server.orchestrator.observer import NoObserver
from server.orchestrator.query import RecommendQuery
from server.orchestrator.serving_state import ModelParts
from server.orchestrator.trace import RequestTrace
from tests.unit.small_world import DAY_MS, NOW_MS, FixedClock, World, history_of, items_of

HOME = Surface(name="home", diversity=0.25, feed_length=30)
QUERY = RecommendQuery(serving_config="home", request_id="r1")


@pytest.fixture
def world():
    return World(items_of(5, genres=["a", "b", "a", "b", None]))


@pytest.fixture
def contexts(world):
    return world.recommender._contexts


async def test_a_visitor_that_was_merged_is_its_user(world, contexts):
    world.profiles.owners["v"] = "u"
    world.profiles.profiles["u"] = {"age": 30.0}
    world.states_of_users.states["u"] = history_of([1])
    context = await contexts.build(replace(QUERY, subject=Subject("v", True)), HOME)
    assert context.subject == Subject("u")
    assert context.user.history.tolist() == [1]
    assert context.user_attributes == {"age": 30.0}
    other = await contexts.build(replace(QUERY, subject=Subject("w", True)), HOME)
    assert other.subject == Subject("w", True)
    assert other.user_attributes == {}


async def test_a_shared_surface_has_no_subject(world, contexts):
    world.states_of_users.states["u"] = history_of([1])
    shared = replace(HOME, is_shared=True)
    context = await contexts.build(replace(QUERY, subject=Subject("u")), shared)
    assert context.subject is None
    assert len(context.user.history) == 0


async def test_seeds_are_the_latest_engagement_and_do_not_come_back(contexts):
    query = replace(QUERY, seed_item_ids=("i3", "gone", "i1"), exclude_item_ids=("i2", "i1"))
    context = await contexts.build(query, HOME)
    assert context.seeds.tolist() == [3, 1]
    assert context.user.history.tolist() == [3, 1]
    assert context.user.engaged.tolist() == []
    assert context.excluded.tolist() == [1, 2, 3]


async def test_the_filter_is_a_mask_over_active_rows(world, contexts):
    world.change_items(active=np.array([True, True, False, True, True]))
    context = await contexts.build(replace(QUERY, filter="genre = a"), HOME)
    assert context.allowed.tolist() == [True, False, False, False, False]
    assert (await contexts.build(QUERY, HOME)).allowed is None
    with pytest.raises(InvalidFilterError):
        await contexts.build(replace(QUERY, filter="genre ="), HOME)


async def test_the_filter_is_evaluated_again_when_the_catalogue_changes(world, contexts):
    query = replace(QUERY, filter="genre = a")
    first = (await contexts.build(query, HOME)).allowed
    assert (await contexts.build(query, HOME)).allowed is first
    world.change_items(active=np.zeros(5, np.bool_))
    assert not (await contexts.build(query, HOME)).allowed.any()


async def test_limits_and_diversity_come_from_the_surface_unless_asked_for(contexts):
    context = await contexts.build(QUERY, HOME)
    assert (context.limit, context.diversity) == (30, 0.25)
    context = await contexts.build(replace(QUERY, page_size=50, diversity=0.0), HOME)
    assert (context.limit, context.diversity) == (50, 0.0)


async def test_hour_and_weekday_follow_the_wall_unless_the_data_is_old(world):
    # 1,700,000,000 s after 1970 is Tuesday, 14 November 2023, 22:13 UTC.
    contexts = world.recommender._contexts
    attributes = (await contexts.build(replace(QUERY, attributes={"tab": "x"}), HOME)).attributes
    assert attributes == {"tab": "x", "hour": "22", "weekday": "1", "surface": "home"}
    quiet = replace(contexts, data_clock=FixedClock(NOW_MS - 3 * 3_600_000))
    assert (await quiet.build(QUERY, HOME)).attributes["hour"] == "22"
    old = replace(contexts, data_clock=FixedClock(NOW_MS - 3_600_000 - 7 * DAY_MS))
    assert (await old.build(QUERY, HOME)).attributes["hour"] == "21"


async def test_without_the_subjects_behaviour_there_is_no_reply(world, contexts):
    async def unavailable(subject_key):
        raise UnavailableError("store")

    world.states_of_users.get = unavailable
    with pytest.raises(UnavailableError):
        await contexts.build(replace(QUERY, subject=Subject("u")), HOME)


async def test_a_profile_that_cannot_be_read_degrades(world, contexts):
    async def unavailable(user_id):
        raise UnavailableError("store")

    world.profiles.get = unavailable
    with RequestTrace(NoObserver()).active() as trace:
        context = await contexts.build(replace(QUERY, subject=Subject("u")), HOME)
    assert context.user_attributes == {}
    assert [each.kind for each in trace.degradations] == [DegradationKind.DEFAULT_FEATURES]


class Encoder:
    def __init__(self, vector):
        self._vector = vector

    async def encode(self, subject_key, user, user_attributes):
        if self._vector is None:
            raise UnavailableError("encoder")
        return self._vector

    def profile(self, items, rows):
        return np.array([len(rows)], np.float32)


async def test_vectors_are_those_of_the_pinned_model(contexts):
    parts = ModelParts(user_encoder=Encoder(np.ones(2)), content_encoder=Encoder(None))
    context = await contexts.build(replace(QUERY, seed_item_ids=("i1", "i2", "i1")), HOME)
    encoded = await contexts.encoded(context, parts)
    assert encoded.user_vector.tolist() == [1, 1]
    assert encoded.content_vector.tolist() == [2]
    anonymous = await contexts.encoded(await contexts.build(QUERY, HOME), parts)
    assert anonymous.content_vector is None


async def test_an_encoder_that_fails_leaves_its_source_out(contexts):
    with RequestTrace(NoObserver()).active() as trace:
        parts = ModelParts(user_encoder=Encoder(None))
        context = await contexts.encoded(await contexts.build(QUERY, HOME), parts)
    assert context.user_vector is None
    assert [each.component for each in trace.degradations] == ["two_tower"]


def test_the_seed_depends_on_the_request_id_alone():
    assert seed_of("r1") == 9_501_902_574_499_511_600
    assert seed_of("r1") != seed_of("r2")


def test_seeds_push_out_the_oldest_of_a_full_history():
    user = with_seeds(history_of(range(200)), np.array([7, 8]), NOW_MS)
    assert len(user.history) == len(user.history_ms) == len(user.history_types) == 200
    assert user.history[-2:].tolist() == [7, 8]
    assert user.history[0] == 2
    assert user.positive_count == 202
    assert with_seeds(NO_BEHAVIOUR, np.empty(0, np.int64), NOW_MS) is NO_BEHAVIOUR
