"""Every call of the recommender, over a small world without a network."""

from dataclasses import replace

import numpy as np
import pytest

from server.core.errors import (
    InvalidFilterError,
    PageTokenExpiredError,
    UnknownServingConfigError,
)
from server.core.slate import DegradationKind
from server.core.subject import Subject
from server.orchestrator.query import PageRef, ReasonCode
from server.orchestrator.serving_state import ModelParts
from server.orchestrator.surfaces import DEFAULT_SURFACES
from tests.unit.orchestrator.trained_world import QUERY, ids, parts, world_of


def codes(page):
    return [[reason.code for reason in item.reasons] for item in page.items]


async def test_a_known_user_gets_what_is_near():
    world = world_of()
    page = await world.recommender.recommend(replace(QUERY, serving_config="home_plain"))
    assert ids(page) == ["i1", "i2", "i3"]
    assert page.model_version == "v1"
    assert page.degradations == ()
    assert not page.is_shared
    assert page.session_id
    first = page.items[0]
    assert first.score == pytest.approx(0.95, abs=0.01)
    assert first.sources == ("two_tower", "co_engaged", "popular")
    assert ReasonCode.MATCHES_YOUR_TASTE in codes(page)[0]
    together = next(r for r in first.reasons if r.code is ReasonCode.ENGAGED_TOGETHER)
    assert together.item_ids == ("i0",)


async def test_an_unknown_user_gets_popular_and_exploratory_items():
    page = await world_of().recommender.recommend(replace(QUERY, subject=Subject("stranger")))
    assert len(page.items) == 3
    assert {code for each in codes(page) for code in each} <= {
        *(ReasonCode.POPULAR, ReasonCode.EXPLORATION)
    }


async def test_without_a_model_the_reply_says_so_and_is_popular():
    world = world_of(parts=ModelParts())
    page = await world.recommender.recommend(replace(QUERY, serving_config="home_plain"))
    assert ids(page) == ["i1", "i2", "i3"]
    assert [each.kind for each in page.degradations] == [DegradationKind.NO_MODEL]
    assert all(0 <= item.score <= 1 for item in page.items)


@pytest.mark.parametrize("surface", [surface.name for surface in DEFAULT_SURFACES])
@pytest.mark.parametrize("made", [parts, ModelParts])
async def test_every_default_surface_answers(surface, made):
    world = world_of(parts=made())
    page = await world.recommender.recommend(replace(QUERY, serving_config=surface))
    assert len(page.items) == 3
    scores = [item.score for item in page.items]
    assert all(np.isfinite(scores)) and all(0 <= score <= 1 for score in scores)


async def test_buy_again_begins_with_what_was_bought_before():
    page = await world_of().recommender.recommend(replace(QUERY, serving_config="buy_again"))
    assert ids(page)[0] == "i0"
    assert codes(page)[0][0] is ReasonCode.ENGAGED_BEFORE


async def test_seeds_steer_an_anonymous_request():
    query = replace(QUERY, subject=None, seed_item_ids=("i4",), serving_config="home_plain")
    page = await world_of().recommender.recommend(query)
    assert page.is_shared
    assert "i4" not in ids(page)
    assert ids(page)[0] == "i3"


async def test_a_narrow_filter_still_fills_the_page():
    query = replace(QUERY, filter="genre = c", page_size=2)
    assert sorted(ids(await world_of().recommender.recommend(query))) == ["i4", "i5"]


async def test_excluded_items_stay_out():
    query = replace(QUERY, exclude_item_ids=("i1", "unknown"), page_size=6)
    assert "i1" not in ids(await world_of().recommender.recommend(query))


async def test_checking_a_request_serves_and_logs_nothing():
    world = world_of()
    page = await world.recommender.recommend(replace(QUERY, validate_only=True))
    assert (page.items, page.next_page) == ((), None)
    with pytest.raises(InvalidFilterError):
        query = replace(QUERY, validate_only=True, filter="genre")
        await world.recommender.recommend(query)
    with pytest.raises(PageTokenExpiredError):
        query = replace(QUERY, validate_only=True, page=PageRef("gone", 3))
        await world.recommender.recommend(query)
    await world.side_effects.close()
    assert world.slates.records == []


async def test_an_unknown_surface_is_an_error():
    with pytest.raises(UnknownServingConfigError):
        await world_of().recommender.recommend(replace(QUERY, serving_config="nowhere"))


async def test_similar_items_are_near_the_seed_and_never_the_seed():
    page = await world_of().recommender.similar("i2", replace(QUERY, serving_config="similar"))
    assert ids(page)[0] in {"i1", "i3"}
    assert "i2" not in ids(page)
    assert page.is_shared
    assert page.next_page is None


async def test_similar_to_an_unknown_item_is_popular():
    page = await world_of().recommender.similar("gone", replace(QUERY, serving_config="similar"))
    assert ids(page) == ["i0", "i1", "i2"]
    assert codes(page) == [[ReasonCode.POPULAR]] * 3


async def test_trending_is_filled_up_with_popular_items():
    world = world_of()
    world.signals.trends = world.signals.trends._replace(
        rows=np.array([4, 3]), scores=np.array([2, 1], np.float32)
    )
    page = await world.recommender.trending(replace(QUERY, serving_config="trending"))
    assert ids(page) == ["i4", "i3", "i0"]
    assert codes(page)[0][0] is ReasonCode.TRENDING
    assert page.is_shared


async def test_ranking_given_items_is_by_score_and_names_what_it_skipped():
    world = world_of()
    world.change_items(active=np.arange(6) != 5)
    given = ["i4", "gone", "i0", "i5", "i1", "i0", "gone"]
    page = await world.recommender.rank(given, QUERY)
    assert ids(page) == ["i0", "i1", "i4"]
    assert page.skipped_item_ids == ("gone", "i5")
    assert [item.position for item in page.items] == [0, 1, 2]
    assert codes(page)[0] == [ReasonCode.ENGAGED_BEFORE]


async def test_ranking_nothing_known_is_an_empty_page():
    page = await world_of().recommender.rank(["gone"], QUERY)
    assert (page.items, page.skipped_item_ids) == ((), ("gone",))


async def test_a_composed_page_never_repeats_an_item():
    world = world_of()
    plain = replace(QUERY, serving_config="home_plain", page_size=2)
    shelves = [plain, replace(plain, serving_config="buy_again"), replace(plain, request_id="r3")]
    pages = await world.recommender.compose(shelves)
    assert ids(pages[0]) == ["i1", "i2"]
    assert ids(pages[1]) == ["i0", "i3"]
    assert sorted(ids(pages[2])) == ["i4", "i5"]
    assert len({page.session_id for page in pages}) == 1
    assert all(page.next_page is None for page in pages)
