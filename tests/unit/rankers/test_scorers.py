"""Pre-ranker, objective, discount and fallback, worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.batch import CandidateBatch, Retrieved
from server.core.surface import SeenPolicy, Surface
from server.rankers.business_rules import KeepPinned
from server.rankers.fallback_predictor import FallbackPredictor
from server.rankers.impression_discount import ImpressionDiscount
from server.rankers.objective import Objective
from server.rankers.pre_ranker import PreRanker
from tests.unit.small_world import NOW_MS, context_of, history_of, items_of

ITEMS = items_of(4)
CONTEXT = context_of(ITEMS)
HOUR_MS = 3_600_000


def batch(**columns):
    rows = CandidateBatch.of_items(np.arange(3))
    return rows.with_columns({name: np.array(values) for name, values in columns.items()})


def test_the_pre_ranker_adds_up_its_terms():
    candidates = batch(
        **{
            "candidate.two_tower": [0.5, np.nan, -1.0],
            "candidate.co_engaged": [0.0, 2.0, 1.0],
            "item.popularity": [0.0, math.e - 1, math.e**2 - 1],
        }
    )
    weights = {"two_tower": 2.0, "co_engaged": 1.0, "popularity": 4.0, "content": 9.0}
    scores = PreRanker(weights).score(CONTEXT, candidates)
    assert scores.tolist() == pytest.approx([1.0, 1.0 + 2.0, -2.0 + 0.5 + 4.0])


def test_counts_that_can_not_be_count_nothing_or_as_the_most():
    counts = [np.nan, -2.0, np.inf, math.e - 1]
    columns = {"item.popularity": counts, "candidate.times_engaged": counts}
    candidates = CandidateBatch.of_items(np.arange(4)).with_columns(
        {name: np.array(values, np.float32) for name, values in columns.items()}
    )
    popularity = PreRanker({"popularity": 1.0}, max_popularity=math.e - 1)
    assert popularity.score(CONTEXT, candidates).tolist() == pytest.approx([0, 0, 1, 1])
    times = PreRanker({"times_engaged": 1.0}).score(CONTEXT, candidates)
    assert np.isfinite(times).all()
    assert times[[0, 1, 3]].tolist() == pytest.approx([0, 0, 1])


def test_a_known_maximum_popularity_replaces_that_of_the_batch():
    candidates = batch(**{"item.popularity": [0.0, 3.0, 99.0]})
    scores = PreRanker({"popularity": 1.0}, max_popularity=15).score(CONTEXT, candidates)
    assert scores.tolist() == pytest.approx([0.0, 0.5, 1.0])


def test_without_columns_the_scores_of_the_sources_count():
    found = [
        Retrieved(np.array([0, 1]), np.array([0.9, 0.4], np.float32)),
        Retrieved(np.array([1, 2]), np.array([7.0, 5.0], np.float32)),
    ]
    names = ("content", "trending")
    candidates = CandidateBatch.merge(found)
    content = PreRanker({"content": 1.0}, names).score(CONTEXT, candidates)
    assert content.tolist() == pytest.approx([0.9, 0.4, 0.0])
    trending = PreRanker({"trending": 1.0}, names).score(CONTEXT, candidates)
    assert trending.tolist() == pytest.approx([0.0, 1.0, 20 / 21])
    unknown = PreRanker({"co_engaged": 1.0, "popularity": 1.0}, names).score(CONTEXT, candidates)
    assert unknown.tolist() == [0, 0, 0]


def test_times_engaged_come_from_the_history():
    context = context_of(ITEMS, user=history_of([2, 0, 2]))
    scores = PreRanker({"times_engaged": 1.0}).score(context, batch())
    assert scores.tolist() == pytest.approx([math.log(2), 0, math.log(3)])
    counted = batch(**{"candidate.times_engaged": [0, 1, 0]})
    scores = PreRanker({"times_engaged": 1.0}).score(context, counted)
    assert scores.tolist() == pytest.approx([0, math.log(2), 0])


def test_the_objective_scales_to_its_range():
    objective = Objective.of({"click": 1.0, "hide": -1.0})
    candidates = batch(**{"probability.click": [1.0, 0.5, 0.0], "probability.hide": [0, 0.5, 1]})
    assert objective.score(CONTEXT, candidates).tolist() == [1.0, 0.5, 0.0]


def test_a_value_that_is_not_finite_scores_nothing():
    candidates = batch(**{"probability.click": [np.nan, np.inf, 0.25]})
    assert Objective.of({"click": 2.0}).score(CONTEXT, candidates).tolist() == [0, 0, 0.25]


def test_a_head_that_was_not_predicted_and_an_empty_range_are_no_errors():
    assert Objective.of({"click": 1.0}).score(CONTEXT, batch()).tolist() == [0, 0, 0]
    assert Objective.of({}).score(CONTEXT, batch()).tolist() == [0, 0, 0]


@given(st.lists(st.floats(width=32), min_size=3, max_size=3), st.floats(-5, 5), st.floats(-5, 5))
def test_scores_are_always_finite_and_between_0_and_1(values, first, second):
    candidates = batch(**{"probability.a": values, "probability.b": values[::-1]})
    with np.errstate(all="ignore"):
        scores = Objective.of({"a": first, "b": second}).score(CONTEXT, candidates)
    assert np.isfinite(scores).all()
    assert ((scores >= 0) & (scores <= 1)).all()


def seen_context(policy=SeenPolicy.DISCOUNT):
    user = history_of(
        [],
        seen=np.array([0, 2]),
        seen_counts=np.array([1, 9], np.int32),
        seen_ms=np.array([NOW_MS, NOW_MS - 24 * HOUR_MS]),
    )
    surface = Surface(name="home", seen=policy, seen_limit=5, seen_half_life_h=24)
    return context_of(ITEMS, user=user, surface=surface)


def test_impressions_cost_a_share_that_halves_with_age():
    candidates = batch(**{"probability.click": [0.6, 0.6, 0.6]})
    discounted = ImpressionDiscount(Objective.of({"click": 1.0}))
    scores = discounted.score(seen_context(), candidates)
    assert scores.tolist() == pytest.approx([0.6 * 5 / 6, 0.6, 0.6 * (1 - 5 / 6 / 2)])


@pytest.mark.parametrize("policy", [SeenPolicy.KEEP, SeenPolicy.EXCLUDE])
def test_other_policies_discount_nothing(policy):
    candidates = batch(**{"probability.click": [0.5, 0.25, 0.75]})
    discounted = ImpressionDiscount(Objective.of({"click": 1.0}))
    assert discounted.score(seen_context(policy), candidates).tolist() == [0.5, 0.25, 0.75]
    assert discounted.name == "objective"


async def test_the_fallback_predictor_keeps_the_order_of_the_pre_ranker():
    candidates = batch().with_scores(np.array([0.0, 2.0, np.nan], np.float32))
    fallback = FallbackPredictor.of({"click": 1.0, "hide": -1.0})
    heads = await fallback.predict(CONTEXT, candidates)
    assert list(heads) == ["click"]
    assert heads["click"].tolist() == pytest.approx([0.5, 1 / (1 + math.exp(-2)), 0.0])


def test_pinned_items_survive_the_pre_ranking():
    candidates = batch(**{"candidate.two_tower": [0.9, 0.1, np.nan]})
    pinned = KeepPinned(PreRanker({"two_tower": 1.0}), ("i1", "gone"))
    assert pinned.score(CONTEXT, candidates).argmax() == 1


def test_no_scorer_minds_an_empty_batch():
    nothing = CandidateBatch.of_items(np.empty(0, np.int64))
    weights = {"two_tower": 1.0, "co_engaged": 1.0, "popularity": 1.0, "trending": 1.0}
    scorers = [
        PreRanker(weights),
        KeepPinned(PreRanker(weights), ("i1",)),
        ImpressionDiscount(Objective.of({"click": 1.0})),
    ]
    for scorer in scorers:
        assert scorer.score(seen_context(), nothing).tolist() == []
