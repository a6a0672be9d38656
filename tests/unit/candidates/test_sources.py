"""Every source: what it brings, in which order, within what is allowed and asked for."""

from dataclasses import replace

import numpy as np
import pytest

from server.candidates import popular_items
from server.candidates.co_engaged import CoEngaged
from server.candidates.co_engagement import CoEngagementTable
from server.candidates.content import Content
from server.candidates.editorial import Editorial
from server.candidates.engaged_before import EngagedBefore
from server.candidates.explore import Explore
from server.candidates.fresh import Fresh
from server.candidates.popular import Popular
from server.candidates.popular_items import PopularItems
from server.candidates.trending import Trending
from server.candidates.two_tower import TwoTower
from server.core.batch import Retrieved
from server.core.surface import Rule, RuleKind
from tests.unit.small_world import (
    DAY_MS,
    NOW_MS,
    ExactIndex,
    FixedSignals,
    context_of,
    history_of,
    items_of,
)

ITEMS = items_of(4)
EVEN = np.array([True, False, True, False])
VECTORS = ExactIndex(np.array([[1, 0], [0.8, 0.6], [0, 1], [-1, 0]], np.float32))


def rows(found):
    return found.rows.tolist()


async def test_two_tower_brings_the_nearest_items():
    context = context_of(ITEMS, user=history_of([3]), user_vector=np.array([1, 0], np.float32))
    found = await TwoTower(VECTORS).retrieve(context, 2)
    assert rows(found) == [0, 1]
    assert found.scores.tolist() == pytest.approx([1, 0.8])
    assert rows(await TwoTower(VECTORS).retrieve(replace(context, allowed=EVEN), 2)) == [0, 2]


async def test_two_tower_is_silent_about_someone_unknown():
    cold = context_of(ITEMS, user_vector=np.array([1, 0], np.float32))
    assert rows(await TwoTower(VECTORS).retrieve(cold, 2)) == []
    known = replace(cold, user_attributes={"age": 30.0})
    assert rows(await TwoTower(VECTORS).retrieve(known, 1)) == [0]
    without_model = context_of(ITEMS, user=history_of([1]))
    assert rows(await TwoTower(VECTORS).retrieve(without_model, 2)) == []


async def test_content_brings_only_what_is_alike():
    context = context_of(ITEMS, content_vector=np.array([1, 0], np.float32))
    assert rows(await Content(VECTORS).retrieve(context, 4)) == [0, 1]
    assert rows(await Content(VECTORS).retrieve(replace(context, content_vector=None), 4)) == []


async def test_co_engaged_follows_the_recent_distinct_history():
    table = CoEngagementTable.of(
        np.array([[1], [2], [3], [0]], np.int32), np.ones((4, 1), np.float32), np.arange(4), 2
    )
    context = context_of(ITEMS, user=history_of([0, 1, 2, 1]))
    assert rows(await CoEngaged(table).retrieve(context, 5)) == [2, 3]


async def test_trending_keeps_the_order_of_the_trends():
    signals = FixedSignals(trends=Retrieved(np.array([3, 2, 0]), np.array([3, 2, 1], np.float32)))
    context = context_of(ITEMS)
    assert rows(await Trending(signals).retrieve(context, 2)) == [3, 2]
    assert rows(await Trending(signals).retrieve(replace(context, allowed=EVEN), 2)) == [2, 0]


async def test_engaged_before_brings_the_most_frequent_then_the_latest():
    context = context_of(ITEMS, user=history_of([0, 1, 0, 3]))
    assert rows(await EngagedBefore().retrieve(context, 5)) == [0, 3, 1]
    assert rows(await EngagedBefore().retrieve(context_of(ITEMS), 5)) == []


async def test_popular_ranks_by_count_and_puts_what_nobody_knows_last():
    popular = Popular(PopularItems(FixedSignals(np.array([1, 5, 0], np.float32))))
    found = await popular.retrieve(context_of(ITEMS), 4)
    assert rows(found) == [1, 0, 2, 3]
    assert found.scores[0] == pytest.approx(1.0)
    assert found.scores[-1] == 0


async def test_popular_looks_further_when_the_filter_is_narrow(monkeypatch):
    monkeypatch.setattr(popular_items, "TOP_LENGTH", 1)
    popular = Popular(PopularItems(FixedSignals(np.array([9, 5, 7, 1], np.float32))))
    only = np.array([False, True, False, True])
    found = await popular.retrieve(context_of(ITEMS, allowed=only), 3)
    assert rows(found) == [1, 3]


async def test_popular_works_off_the_event_loop_on_a_large_catalogue(monkeypatch):
    monkeypatch.setattr(popular_items, "LOOP_ROWS", 2)
    signals = FixedSignals(np.array([9, 5, 7, 1], np.float32))
    items = PopularItems(signals, refresh_ms=10)
    assert rows(await Popular(items).retrieve(context_of(ITEMS), 2)) == [0, 2]
    signals.counts = np.array([0, 0, 0, 1], np.float32)
    later = context_of(ITEMS, wall_ms=NOW_MS + 11)
    assert rows(await Popular(items).retrieve(later, 1)) == [0]
    await items._refreshing
    assert rows(await Popular(items).retrieve(later, 1)) == [3]


async def test_popular_never_brings_what_may_not_be_shown():
    items = replace(ITEMS, active=np.array([False, True, True, True]))
    popular = Popular(PopularItems(FixedSignals(np.array([9, 5, 7, 1], np.float32))))
    assert rows(await popular.retrieve(context_of(items), 2)) == [2, 1]


async def test_fresh_brings_the_newest_within_its_age():
    created = np.array([NOW_MS - DAY_MS, NOW_MS - 31 * DAY_MS, NOW_MS + 5, NOW_MS - 15 * DAY_MS])
    items = items_of(4, created_ms=created)
    found = await Fresh().retrieve(context_of(items), 5)
    assert rows(found) == [2, 0, 3]
    assert found.scores.tolist() == pytest.approx([1, 29 / 30, 0.5])
    assert rows(await Fresh().retrieve(context_of(items, allowed=EVEN), 5)) == [2, 0]


async def test_fresh_sees_an_item_created_a_moment_ago():
    fresh = Fresh()
    before = items_of(2, created_ms=np.full(2, NOW_MS - 2 * DAY_MS))
    assert rows(await fresh.retrieve(context_of(before), 5)) == [0, 1]
    after = items_of(3, created_ms=np.array([NOW_MS - 2 * DAY_MS, NOW_MS - 2 * DAY_MS, NOW_MS]))
    assert rows(await fresh.retrieve(context_of(after), 5)) == [2, 0, 1]


@pytest.mark.parametrize("shown_count", [500, 12, 0])
async def test_fresh_looks_past_items_that_may_not_be_shown(shown_count):
    size, limit = 500, 20
    created = NOW_MS - np.arange(size) * DAY_MS // 24
    items = replace(
        items_of(size, created_ms=created),
        active=np.ones(size, np.bool_),
        expire_ms=np.full(size, 1),
    )
    items.expire_ms[size - shown_count :] = NOW_MS + DAY_MS
    fresh = Fresh()
    wanted = list(range(size - shown_count, size))[:limit]
    for _ in range(2):
        assert rows(await fresh.retrieve(context_of(items), limit)) == wanted


async def test_fresh_sees_that_creation_times_were_corrected():
    size, limit = 500, 5
    fresh = Fresh()
    before = items_of(size, created_ms=NOW_MS - np.arange(size) * DAY_MS // 24)
    assert rows(await fresh.retrieve(context_of(before), limit)) == [0, 1, 2, 3, 4]
    corrected = before.create_ms.copy()
    corrected[:150] = 1
    corrected[400] = NOW_MS
    after = replace(before, create_ms=corrected, version=before.version + 1)
    assert rows(await fresh.retrieve(context_of(after), limit)) == [400, 150, 151, 152, 153]


async def test_explore_draws_the_same_items_for_the_same_seed():
    items = items_of(200)
    first = await Explore().retrieve(context_of(items, random_seed=1), 20)
    again = await Explore().retrieve(context_of(items, random_seed=1), 20)
    other = await Explore().retrieve(context_of(items, random_seed=2), 20)
    assert rows(first) == rows(again) != rows(other)
    assert len(set(rows(first))) == 20


async def test_explore_draws_every_showable_item_equally_often():
    items = replace(items_of(10), active=np.arange(10) != 4)
    times = np.zeros(10)
    for seed in range(4_000):
        found = await Explore().retrieve(context_of(items, random_seed=seed), 3)
        times[found.rows] += 1
    # 4,000 draws of 3 from 9: 1,333 each, standard deviation 30.
    assert times[4] == 0
    assert np.abs(times[np.arange(10) != 4] - 4_000 / 3).max() < 150


async def test_explore_finds_the_few_that_may_be_shown():
    items = replace(items_of(1_000), active=np.arange(1_000) >= 998)
    assert sorted(rows(await Explore().retrieve(context_of(items), 5))) == [998, 999]
    allowed = np.zeros(1_000, np.bool_)
    allowed[[3, 998]] = True
    assert rows(await Explore().retrieve(context_of(items, allowed=allowed), 5)) == [998]
    assert rows(await Explore().retrieve(context_of(items_of(0)), 5)) == []


async def test_editorial_brings_the_pinned_items_in_the_order_of_the_rules():
    rules = [
        Rule(name="a", kind=RuleKind.PIN, item_ids=("i3", "gone")),
        Rule(name="b", kind=RuleKind.BOOST, item_ids=("i1",)),
        Rule(name="c", kind=RuleKind.PIN, item_ids=("i0", "i3")),
    ]
    assert rows(await Editorial.of(rules).retrieve(context_of(ITEMS), 5)) == [3, 0]
    allowed = context_of(ITEMS, allowed=EVEN)
    assert rows(await Editorial.of(rules).retrieve(allowed, 5)) == [0]
