"""Why a request is answered as it is: the stage at which each item's way ended."""

import time
from dataclasses import replace

import numpy as np
import pytest

from server.core.errors import UnknownServingConfigError
from server.core.slate import DegradationKind
from server.core.subject import Subject
from server.core.surface import Exploration, Rule, RuleKind, SeenPolicy, Surface
from server.orchestrator.feed_sessions import FeedSessions
from server.orchestrator.query import ReasonCode, RecommendQuery
from server.orchestrator.request_explanation.explain import RequestExplainer
from server.orchestrator.request_explanation.explanation import Outcome, Question
from tests.unit.orchestrator.trained_world import parts, world_of
from tests.unit.small_world import World, history_of, items_of

# Ten items, the lower the more popular; genres a a b b c c d d e e.
GENRES = [genre for genre in "abcde" for _ in range(2)]
PLAIN = Surface(name="home", sources={"popular": 10}, seen=SeenPolicy.KEEP)
QUERY = RecommendQuery(
    serving_config="home", request_id="r1", subject=Subject("u"), page_size=3, include_reasons=True
)


def shop(*rules, count=10, **over):
    surface = replace(PLAIN, rules=rules, **over)
    return World(items_of(count, genres=GENRES[:count]), surfaces=[surface])


def explainer_of(world):
    return RequestExplainer(
        states=world.serving,
        contexts=world.recommender._contexts,
        sessions=FeedSessions(world.store, world.clock),
        popular=world.live.popular,
    )


async def explained(world, *item_ids, query=QUERY, **question):
    asked = Question(item_ids=item_ids, **question)
    return await explainer_of(world).explain(query, asked)


async def about(world, item_id, **query):
    (item,) = (await explained(world, item_id, query=replace(QUERY, **query))).asked
    return item


def shown(told):
    return [item.item_id for item in told.shown]


def rule(kind, name="r", **over):
    return Rule(name=name, kind=kind, **over)


async def test_it_explains_the_page_that_would_be_served():
    world = world_of()
    told = await explained(world)
    page = await world.recommender.recommend(QUERY)
    assert shown(told) == [item.item_id for item in page.items]
    assert [item.position for item in told.shown] == [0, 1, 2]
    for item, served in zip(told.shown, page.items, strict=True):
        assert item.outcome is Outcome.SHOWN
        assert item.reasons == served.reasons
        assert item.ranking.score == pytest.approx(served.score)
        assert tuple(hit.source for hit in item.sources) == served.sources
        assert item.propensity == served.propensity
    assert told.model_version == "v1"


async def test_the_funnel_has_counts_and_times():
    told = await explained(shop(rule(RuleKind.BLOCK, item_ids=("i0", "i1")), shortlist=5))
    stages = {stage.name: (stage.input_count, stage.output_count) for stage in told.stages}
    assert stages["retrieve"] == (None, 10)
    assert stages["filter"] == (10, 8)
    assert stages["pre_rank"] == (8, 5)
    assert stages["select"] == (5, 5)
    assert all(stage.seconds >= 0 for stage in told.stages)
    assert told.filters["blocked"] == 2
    assert told.filters["unavailable"] == 0
    assert [(each.name, each.count, each.has_failed) for each in told.sources] == [
        ("popular", 10, False)
    ]
    assert told.rules == ("r",)


async def test_nothing_is_logged_measured_or_kept():
    world = world_of()
    before = dict(world.store.values)
    told = await explained(world, "i5", most_dropped=10, includes_features=True)
    assert told.shown
    assert world.slates.records == []
    assert world.side_effects.pending == 0
    assert world.store.values == before


async def test_a_shown_item_has_everything_that_brought_it():
    told = await explained(world_of())
    first = told.shown[0]
    sources = [hit.source for hit in first.sources]
    assert sources == ["two_tower", "co_engaged", "popular", "explore"]
    assert first.sources[0].rank == 1  # i0, which the user knows, is nearest
    assert first.pre_rank.count == 5 and first.pre_rank.place == 0
    assert first.probabilities["click"] == pytest.approx(0.95, abs=0.01)
    assert (first.ranking.place, first.ranking.boosted_place) == (0, 0)
    assert ReasonCode.MATCHES_YOUR_TASTE in [reason.code for reason in first.reasons]


async def test_an_item_that_there_is_not_is_unknown():
    item = await about(shop(), "nowhere")
    assert (item.outcome, item.stage, item.sources) == (Outcome.UNKNOWN, "", ())


async def test_an_item_that_may_not_be_shown_is_unavailable():
    world = shop()
    active = np.ones(10, np.bool_)
    active[4] = False
    world.change_items(active=active)
    item = await about(world, "i4")
    assert item.outcome is Outcome.UNAVAILABLE
    assert "unavailable" in item.filters


@pytest.mark.parametrize(
    ("surface", "user", "query", "name"),
    [
        ({}, {}, {"exclude_item_ids": ("i4",)}, "excluded"),
        ({}, {"hidden": [4]}, {}, "excluded"),
        ({"seen": SeenPolicy.EXCLUDE, "seen_limit": 2}, {"seen": [4]}, {}, "seen"),
        ({"excludes_engaged": True}, {"engaged": [4]}, {}, "engaged"),
        ({"excludes_purchased": True}, {"purchased": [4]}, {}, "engaged"),
        ({}, {}, {"filter": 'genre = "a"'}, "filter"),
    ],
)
async def test_an_item_that_a_filter_drops_names_the_filter(surface, user, query, name):
    world = shop(**surface)
    rows = {key: np.array(value, np.int64) for key, value in user.items()}
    if "seen" in rows:
        rows |= {"seen_counts": np.array([2], np.int32), "seen_ms": np.array([world.clock.ms])}
    world.states_of_users.states["u"] = history_of([], **rows)
    item = await about(world, "i4", **query)
    assert item.outcome is Outcome.FILTERED
    assert item.filters == (name,)
    assert item.position is None and item.ranking is None
    kept = await about(world, "i0", **query)
    assert kept.outcome is Outcome.SHOWN and kept.filters == ()


async def test_an_item_that_was_retrieved_and_dropped_ended_at_the_filters():
    world = shop()
    world.states_of_users.states["u"] = history_of([], hidden=np.array([4]))
    item = await about(world, "i4")
    assert item.stage == "filter" and [hit.source for hit in item.sources] == ["popular"]
    # Sources bring only what the request's filter allows.
    item = await about(world, "i4", filter='genre = "a"')
    assert item.stage == "retrieve" and item.sources == ()


async def test_a_blocked_item_names_the_rules():
    world = shop(
        rule(RuleKind.BLOCK, "listed", item_ids=("i4", "i5")),
        rule(RuleKind.BLOCK, "genre_c", filter='genre = "c"'),
        rule(RuleKind.BLOCK, "other", filter='genre = "e"'),
    )
    item = await about(world, "i4")
    assert (item.outcome, item.stage) == (Outcome.BLOCKED, "filter")
    assert item.rules == ("listed", "genre_c")


async def test_an_item_that_no_source_brought():
    item = await about(shop(sources={"popular": 4}), "i7")
    assert (item.outcome, item.stage) == (Outcome.NOT_RETRIEVED, "retrieve")


async def test_an_item_beyond_the_candidates_was_brought_and_cut():
    item = await about(shop(candidates=4, shortlist=4), "i7")
    assert (item.outcome, item.stage) == (Outcome.BEYOND_CANDIDATES, "merge")
    assert item.sources[0].rank == 7


async def test_an_item_beyond_the_shortlist_has_its_place():
    item = await about(shop(shortlist=4), "i7")
    assert (item.outcome, item.stage) == (Outcome.BEYOND_SHORTLIST, "pre_rank")
    assert (item.pre_rank.place, item.pre_rank.shortlist, item.pre_rank.count) == (7, 4, 10)
    assert item.probabilities == {}


async def test_an_item_of_a_later_page_has_its_position():
    item = await about(shop(), "i7")
    assert (item.outcome, item.stage) == (Outcome.LATER_PAGE, "select")
    assert (item.position, item.ranking.place) == (7, 7)


async def test_an_item_that_the_feed_does_not_keep_was_ranked():
    item = await about(shop(feed_length=5), "i7")
    assert (item.outcome, item.position) == (Outcome.BEYOND_FEED, None)
    assert item.ranking.place == 7


async def test_diversity_is_told_from_the_score():
    # Items of a genre count as the same: two of the first three places go to other genres.
    world = shop(diversity=1.0, diversity_attribute="genre")
    item = await about(world, "i1")
    assert item.outcome is Outcome.DIVERSITY
    assert item.ranking.place == 1 and item.position >= 3
    assert (await about(world, "i1", diversity=0.0)).outcome is Outcome.SHOWN


async def test_a_cap_that_keeps_an_item_off_is_named():
    world = shop(
        rule(RuleKind.CAP, "one_each", attribute="genre", limit=1, window=10),
        rule(RuleKind.CAP, "idle", filter='genre = "e"', limit=1, window=10),
    )
    told = await explained(world, "i1")
    assert shown(told) == ["i0", "i2", "i4"]
    (item,) = told.asked
    assert (item.outcome, item.rules) == (Outcome.CAPPED, ("one_each",))
    assert told.shown[0].rules == ()


async def test_a_pin_and_what_it_displaces():
    pin = rule(RuleKind.PIN, "choice", item_ids=("i9", "i4"), position=1)
    world = world_of(surfaces=[replace(PLAIN, rules=(pin,))])
    told = await explained(world, "i2")
    # By score i0, i1, i2 would be first and i4 last.
    assert shown(told) == ["i0", "i4", "i1"]
    pinned = told.shown[1]
    assert (pinned.rules, pinned.ranking.place, pinned.propensity) == (("choice",), 5, 1.0)
    assert ReasonCode.EDITORIAL in [reason.code for reason in pinned.reasons]
    assert told.shown[0].rules == ()
    (item,) = told.asked
    assert (item.outcome, item.ranking.place, item.position) == (Outcome.DISPLACED, 2, 3)


async def test_a_boost_shows_in_score_and_place():
    told = await explained(shop(rule(RuleKind.BOOST, "lift", item_ids=("i9",), factor=10.0)))
    first = told.shown[0]
    assert (first.item_id, first.rules) == ("i9", ("lift",))
    assert (first.ranking.place, first.ranking.boosted_place) == (9, 0)
    assert first.ranking.boosted_score == pytest.approx(10 * first.ranking.score)


async def test_stochastic_slots_draw_as_they_did_for_the_request_id():
    world = shop(exploration=Exploration(positions=(0, 1, 2), rate=0.9, pool_size=5))
    for number in range(5):
        query = replace(QUERY, request_id=f"request-{number}")
        page = await world.recommender.recommend(query)
        told = await explained(world, query=query)
        assert shown(told) == [item.item_id for item in page.items]
        for item, served in zip(told.shown, page.items, strict=True):
            assert item.propensity == pytest.approx(served.propensity)
            explored = ReasonCode.EXPLORATION in [reason.code for reason in served.reasons]
            assert item.is_explored <= explored
    drawn = [item for item in told.shown if item.is_explored]
    assert drawn and all(item.propensity == pytest.approx(0.18) for item in drawn)


async def test_what_a_drawn_item_displaces():
    world = shop(exploration=Exploration(positions=(2,), rate=1.0, pool_size=5))
    told = await explained(world, "i2")
    assert told.asked[0].outcome is Outcome.DISPLACED
    assert told.shown[2].is_explored


async def test_a_page_that_is_filled_up_is_explained_to_its_end():
    world = shop(feed_length=2, sources={"popular": 3})
    query = replace(QUERY, page_size=8)
    told = await explained(world, "i6", query=query)
    page = await world.recommender.recommend(query)
    assert shown(told) == [item.item_id for item in page.items] and len(told.shown) == 8
    assert all(item.ranking is not None for item in told.shown)
    assert told.asked[0].outcome is Outcome.SHOWN
    assert told.asked[0].position == 6
    # The counts are those of the first ranking.
    assert next(each.output_count for each in told.stages if each.name == "retrieve") == 3


async def test_dropped_items_come_in_the_order_of_how_far_they_came():
    world = shop(rule(RuleKind.BLOCK, item_ids=("i0",)), candidates=9, shortlist=5)
    told = await explained(world, most_dropped=100)
    assert shown(told) == ["i1", "i2", "i3"]
    assert [(item.item_id, item.outcome) for item in told.dropped] == [
        ("i4", Outcome.LATER_PAGE),
        ("i5", Outcome.LATER_PAGE),
        *((f"i{row}", Outcome.BEYOND_SHORTLIST) for row in (6, 7, 8)),
        ("i0", Outcome.BLOCKED),
        ("i9", Outcome.BEYOND_CANDIDATES),
    ]
    assert len((await explained(world, most_dropped=2)).dropped) == 2
    assert (await explained(world)).dropped == ()


async def test_items_are_explained_once_in_the_order_asked():
    told = await explained(shop(), "i9", "nowhere", "i9", "i0")
    assert [item.item_id for item in told.asked] == ["i9", "nowhere", "i0"]


async def test_a_source_that_fails_is_told():
    class Broken:
        name = "fresh"

        async def retrieve(self, context, limit):
            raise RuntimeError("broken")

    world = shop(sources={"popular": 5, "fresh": 5})
    pipeline = world.serving.current.pipelines["home"]
    broken = [pipeline.sources[0], pipeline.sources[1]._replace(source=Broken())]
    state = world.serving.current
    world.serving.swap(replace(state, pipelines={"home": replace(pipeline, sources=broken)}))
    told = await explained(world)
    assert [(each.name, each.has_failed) for each in told.sources] == [
        ("popular", False),
        ("fresh", True),
    ]
    assert DegradationKind.SOURCE_LEFT_OUT in [each.kind for each in told.degradations]


async def test_without_time_nothing_was_ranked_and_it_says_so():
    query = replace(QUERY, deadline_s=time.monotonic() + 0.012)
    told = await explained(shop(), "i9", query=query)
    assert [each.kind for each in told.degradations][-1] is DegradationKind.FALLBACK_SLATE
    assert shown(told) == ["i0", "i1", "i2"]
    assert all(item.outcome is Outcome.SHOWN and item.ranking is None for item in told.shown)
    assert told.asked[0].outcome is Outcome.LATER_PAGE


async def test_an_unknown_surface_is_refused():
    with pytest.raises(UnknownServingConfigError):
        await explained(shop(), query=replace(QUERY, serving_config="nowhere"))


async def test_requests_that_are_served_know_nothing_of_it():
    world = shop()
    before = world.serving.current
    await explained(world)
    assert world.serving.current is before
    assert type(before.pipelines["home"].selector).__name__ == "SlateSelector"


class Weighted:
    """A ranker whose score is 0.5 + 0.1 x the first feature - 0.2 x the embedding's sum."""

    name = "weighted"

    async def predict(self, context, batch):
        features = batch.columns["features"]
        return {"click": 0.5 + 0.1 * features[:, 2] - 0.2 * features[:, :2].sum(axis=1)}


class TwoFeatures:
    name = "features"

    async def hydrate(self, context, batch):
        return {"features": np.tile(np.float32([1, 0.5, 2, 3]), (len(batch), 1))}

    def defaults(self, batch):
        return {"features": np.zeros((len(batch), 4), np.float32)}


async def test_features_are_told_by_what_the_score_would_be_without_them():
    names = ("genre.0", "genre.1", "price", "idle")
    world = world_of(
        parts=parts(predictor=Weighted(), feature_hydrators=[TwoFeatures()], feature_names=names)
    )
    world.states_of_users.states["u"] = history_of([])
    told = await explained(world, includes_features=True)
    effects = {each.name: each.effect for each in told.shown[0].features}
    assert effects == pytest.approx({"genre": -0.3, "price": 0.2}, abs=1e-5)
    assert (await explained(world)).shown[0].features == ()
