"""Reasons come from what really brought an item."""

import numpy as np
import pytest

from server.candidates.co_engagement import CoEngagementTable
from server.candidates.popular_items import PopularItems
from server.orchestrator.explanations import MOST_REASONS, Explainer
from server.orchestrator.page import Page
from server.orchestrator.query import Reason, ReasonCode
from tests.unit.small_world import ExactIndex, FixedSignals, context_of, history_of, items_of

NAMES = ("two_tower", "content", "co_engaged", "trending", "popular", "fresh", "explore")
TASTE, CONTENT, TOGETHER, TRENDING, POPULAR, FRESH, EXPLORE = (1 << bit for bit in range(7))
ITEMS = items_of(6, genres=["a", "a", "a", "b", "b", None], tags=[["x"], ["x"], [], [], [], []])


def page_of(rows, bits, explored=(), ruled=()):
    count = len(rows)
    positions = np.arange(count, dtype=np.int32)
    return Page(
        source_names=NAMES,
        rows=np.array(rows, np.int64),
        positions=positions,
        scores=np.ones(count, np.float32),
        propensities=np.ones(count),
        sources=np.array(bits, np.uint32),
        is_explored=np.isin(positions, explored),
        is_ruled=np.isin(positions, ruled),
    )


@pytest.fixture
async def popular():
    popular = PopularItems(FixedSignals(np.array([5, 4, 3, 2, 1, 0], np.float32)))
    await popular.top(ITEMS, 1, allowed=None, wall_ms=0, data_ms=0)
    return popular


def reasons(popular, page, history=(), **over):
    context = context_of(ITEMS, user=history_of(list(history)))
    return Explainer(popular=popular, **over).reasons(context, page)


def test_sources_give_their_reasons(popular):
    found = reasons(popular, page_of([3, 4], [TRENDING | POPULAR, FRESH | TASTE]))
    assert [[each.code for each in why] for why in found] == [
        [ReasonCode.TRENDING, ReasonCode.POPULAR],
        [ReasonCode.MATCHES_YOUR_TASTE, ReasonCode.NEW],
    ]


def test_what_nobody_engaged_with_is_exploratory_not_popular(popular):
    found = reasons(popular, page_of([5, 3], [POPULAR, EXPLORE]))
    assert found == [(Reason(ReasonCode.EXPLORATION),)] * 2


def test_rules_and_slots_come_first(popular):
    found = reasons(popular, page_of([3, 4], [POPULAR, POPULAR], explored=[0], ruled=[1]))
    assert [why[0].code for why in found] == [ReasonCode.EXPLORATION, ReasonCode.EDITORIAL]


def test_the_items_that_contributed_most_are_named(popular):
    neighbors = np.array([[3], [3], [3], [-1], [3], [-1]], np.int32)
    weights = np.array([[0.1], [0.4], [0.3], [0], [0.2], [0]], np.float32)
    table = CoEngagementTable.of(neighbors, weights, np.arange(6), 10)
    found = reasons(popular, page_of([3], [TOGETHER]), [0, 1, 2, 4], co_engagement=table)
    assert found[0][0] == Reason(ReasonCode.ENGAGED_TOGETHER, item_ids=("i1", "i2", "i4"))


def test_a_source_that_did_not_fire_gives_no_reason(popular):
    table = CoEngagementTable.of(
        np.full((6, 1), 3, np.int32), np.ones((6, 1), np.float32), np.arange(6), 10
    )
    found = reasons(popular, page_of([3], [POPULAR]), [0], co_engagement=table)
    assert [each.code for each in found[0]] == [ReasonCode.POPULAR]


def test_similar_content_names_what_it_is_similar_to(popular):
    vectors = np.array([[1, 0], [0, 1], [0.8, 0.6], [1, 0], [0, 0], [0, 0]], np.float32)
    found = reasons(popular, page_of([3, 5], [CONTENT] * 2), [0, 1, 2], content=ExactIndex(vectors))
    assert found[0][0] == Reason(ReasonCode.SIMILAR_CONTENT, item_ids=("i0", "i2"))
    assert found[1] == (Reason(ReasonCode.EXPLORATION),)


def test_a_shared_value_must_tell_something_about_the_person(popular):
    # Two of three engaged items have genre b, as have 2 of 6 in the catalogue.
    found = reasons(popular, page_of([2, 3], [TASTE, TASTE]), [3, 4, 5])
    assert [each.code for each in found[0]] == [ReasonCode.MATCHES_YOUR_TASTE]
    shared = next(each for each in found[1] if each.code is ReasonCode.SHARES_ATTRIBUTE)
    assert (shared.attribute, shared.value) == ("genre", "b")


def test_at_most_four_reasons_are_given(popular):
    everything = TASTE | CONTENT | TOGETHER | TRENDING | POPULAR | FRESH
    found = reasons(popular, page_of([3], [everything], explored=[0], ruled=[0]), [3])
    assert len(found[0]) == MOST_REASONS


def test_an_empty_page_has_no_reasons(popular):
    assert reasons(popular, page_of([], []), [0, 1]) == []
