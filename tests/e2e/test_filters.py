"""Filters: exact, evaluated at retrieval so that narrow ones still fill the page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.gen.shortlist.v1 import recommendation_service_pb2
from tests.e2e.harness.client import ids

RELEASED_DAYS_AGO = 60


def matching(shop, keeps, user=""):
    engaged = shop.of_user(user, "click", "purchase") if user else set()
    return {each.item_id for each in shop.items if keeps(each)} - engaged


CASES = {
    'category = "garden"': lambda i: i.category == "garden",
    'category != "garden" AND brand = "acme"': lambda i: (
        i.category != "garden" and i.brand == "acme"
    ),
    "price < 20": lambda i: i.price < 20,
    "price >= 20 AND price <= 25.5": lambda i: 20 <= i.price <= 25.5,
    'tags:"handmade"': lambda i: "handmade" in i.tags,
    'tags:"handmade" AND tags:"gift"': lambda i: {"handmade", "gift"} <= set(i.tags),
    'NOT category = "books" AND year > 2020': lambda i: i.category != "books" and i.year > 2020,
    '-(category = "books") year > 2020': lambda i: i.category != "books" and i.year > 2020,
    '(category = "music" OR category = "sport") AND brand = "delta"': lambda i: (
        i.category in ("music", "sport") and i.brand == "delta"
    ),
    'category = "music" AND price > 60 AND year = 2004': lambda i: (
        i.category == "music" and i.price > 60 and i.year == 2004
    ),
}


@pytest.mark.parametrize("text", CASES)
@pytest.mark.parametrize("user", ["u060", "u061"])
def test_a_filter_returns_exactly_what_matches(client, shop, text, user):
    wanted = matching(shop, CASES[text], user)
    assert wanted
    found = [
        each
        for page in client.pages(
            user_id=user, serving_config="home_plain", filter=text, page_size=50
        )
        for each in ids(page)
    ]
    assert len(found) == len(set(found))
    # The shared server holds items of other tests, too.
    assert {each for each in found if each in ids_of(shop)} == wanted


def ids_of(shop):
    return {each.item_id for each in shop.items}


@pytest.mark.parametrize("surface", ["home", "home_plain", "explore", "buy_again"])
def test_a_narrow_filter_still_fills_the_page(client, shop, surface):
    text = 'brand = "ember" AND category = "kitchen"'
    engaged = shop.of_user("u062", "click", "purchase")
    wanted = shop.ids(brand="ember", category="kitchen") - (
        set() if surface == "buy_again" else engaged
    )
    reply = client.recommend(
        user_id="u062", serving_config=surface, filter=text, page_size=len(wanted)
    )
    # Three in a hundred items match; a source that filtered afterwards would leave gaps.
    assert set(ids(reply)) == wanted


def test_a_filter_that_nothing_matches_gives_an_empty_page(client):
    reply = client.recommend(user_id="u062", filter="price > 1000000")
    assert ids(reply) == [] and reply.next_page_token == ""


def test_timestamps_compare(client, shop):
    released = shop.end - timedelta(days=RELEASED_DAYS_AGO)
    before, after = released - timedelta(days=1), released + timedelta(days=1)
    for text, count in (
        (f'released < "{after.isoformat()}"', 20),
        (f'released < "{before.isoformat()}"', 0),
        (f'released > "{before.isoformat()}" AND released < "{after.isoformat()}"', 20),
    ):
        assert len(ids(client.recommend(user_id="u062", filter=text))) == count


def test_similar_and_trending_obey_filters(client, shop):
    service, text = recommendation_service_pb2, 'category = "sport"'
    similar = client.recommendations.RecommendSimilar(
        service.RecommendSimilarRequest(item_id="i003", filter=text, page_size=30)
    )
    trending = client.recommendations.ListTrending(
        service.ListTrendingRequest(filter=text, page_size=30)
    )
    for reply in (similar, trending):
        assert set(ids(reply)) <= shop.ids(category="sport")
        assert len(reply.recommendations) == 30


def test_shelves_have_filters_of_their_own(client, shop):
    wanted = ("books", "games", "garden")
    request = recommendation_service_pb2.ComposePageRequest(
        user_id="u063",
        shelves=[{"filter": f'category = "{each}"', "page_size": 10} for each in wanted],
    )
    shelves = client.recommendations.ComposePage(request).shelves
    for shelf, category in zip(shelves, wanted, strict=True):
        assert len(ids(shelf)) == 10
        assert set(ids(shelf)) <= shop.ids(category=category)
