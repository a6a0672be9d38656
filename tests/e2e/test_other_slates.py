"""RecommendSimilar, ListTrending, RankItems and ComposePage."""

from __future__ import annotations

import pytest

from server.gen.shortlist.v1 import catalog_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.e2e.harness.client import event, ids, item, new_id
from tests.e2e.harness.waiting import eventually


def similar(client, item_id, **fields):
    request = service.RecommendSimilarRequest(item_id=item_id, **fields)
    return client.recommendations.RecommendSimilar(request)


def trending(client, **fields):
    return client.recommendations.ListTrending(service.ListTrendingRequest(**fields))


def rank(client, item_ids, **fields):
    request = service.RankItemsRequest(item_ids=item_ids, **fields)
    return client.recommendations.RankItems(request)


@pytest.mark.parametrize("item_id", ["i000", "i100", "i299"])
def test_similar_items_do_not_include_the_item(client, item_id):
    found = ids(similar(client, item_id, page_size=200))
    assert len(found) == len(set(found)) > 100
    assert item_id not in found


def test_similar_items_are_alike(client, shop):
    hits = 0
    for number in (30, 61, 92, 123, 154):
        known = shop.items[number]
        reply = similar(client, known.item_id, page_size=10, include_reasons=True)
        hits += len(set(ids(reply)) & shop.ids(category=known.category))
        assert all(each.reasons for each in reply.recommendations)
        assert [each.position for each in reply.recommendations] == list(range(10))
        assert all(0 <= each.score <= 1 for each in reply.recommendations)
    assert hits > 25


def test_an_unknown_item_has_popular_ones_beside_it(client):
    reply = similar(client, "never-heard-of")
    assert len(reply.recommendations) == 20
    assert {"popular"} <= set().union(*(each.sources for each in reply.recommendations))


def test_shared_replies_carry_ids_masks_and_model_versions(client):
    reply = similar(client, "i010", read_mask={"paths": ["title"]}, request_id="similar-1")
    assert reply.request_id == "similar-1" and reply.attribution_token
    assert len(reply.model_versions) == 2
    assert all(each.item.title for each in reply.recommendations)
    reply = trending(client, read_mask={"paths": ["title"]}, request_id="trending-1")
    assert reply.request_id == "trending-1" and reply.attribution_token
    assert all(each.item.title for each in reply.recommendations)


def test_trending_follows_fresh_events(client, shop):
    # Rarely touched in the shop's past: the last numbers.
    fresh = [new_id("hot") for _ in range(2)]
    client.catalog.BatchUpsertItems(
        catalog_service_pb2.BatchUpsertItemsRequest(items=[item(each, each) for each in fresh])
    )
    assert not set(ids(trending(client))) & set(fresh)
    for _ in range(150):
        client.write(event("click", fresh[0], user=new_id("fan")))
    client.write(*(event("click", fresh[1], user=new_id("fan")) for _ in range(60)))
    # The reply without them is kept for a few seconds.
    found = eventually(lambda: (reply := trending(client)) and fresh[1] in ids(reply) and reply)
    order = ids(found)
    assert order.index(fresh[0]) < order.index(fresh[1]) < 10
    assert "trending" in found.recommendations[order.index(fresh[0])].sources
    for each in fresh:
        client.catalog.DeleteItem(catalog_service_pb2.DeleteItemRequest(name=f"items/{each}"))
    assert not set(ids(trending(client, page_size=200))) & set(fresh)


def test_ranking_orders_by_score_and_lists_what_was_skipped(client):
    away = new_id("away")
    unavailable = item(away, "not now")
    unavailable.state = 2
    client.catalog.CreateItem(catalog_service_pb2.CreateItemRequest(item=unavailable))
    given = ["i001", "ghost", "i002", away, "i003", "i001", "ghost"]
    reply = rank(client, given, user_id="u003", include_reasons=True, request_id="rank-1")
    assert sorted(ids(reply)) == ["i001", "i002", "i003"]
    assert list(reply.skipped_item_ids) == ["ghost", away]
    scores = [each.score for each in reply.recommendations]
    assert scores == sorted(scores, reverse=True)
    assert [each.position for each in reply.recommendations] == [0, 1, 2]
    assert reply.request_id == "rank-1" and len(reply.model_versions) == 2
    assert not reply.degradations


def test_ranking_ranks_all_that_was_given_whatever_the_user_did(client, shop):
    engaged = sorted(shop.of_user("u004", "click"))
    assert sorted(ids(rank(client, engaged, user_id="u004"))) == engaged


def test_ranking_follows_the_users_taste(client, shop):
    mixed = [f"i{number:03d}" for number in range(60, 120)]
    best = [shop.item(each).category for each in ids(rank(client, mixed, user_id="u004"))[:10]]
    assert best.count("music") >= 7


def test_ranking_only_unknown_items_returns_nothing(client):
    reply = rank(client, ["ghost"], visitor_id="v")
    assert ids(reply) == [] and list(reply.skipped_item_ids) == ["ghost"]


@pytest.mark.parametrize("subject", [{"user_id": "u005"}, {"visitor_id": "v"}, {}])
def test_a_composed_page_never_repeats_an_item(client, subject):
    shelves = [
        {"serving_config": name, "page_size": 20}
        for name in ("home", "buy_again", "explore", "home_plain", "ruled", "home")
    ]
    request = service.ComposePageRequest(
        shelves=shelves,
        exclude_item_ids=["i001"],
        session_id="one visit",
        request_id="page-1",
        include_reasons=True,
        read_mask={"paths": ["title"]},
        **subject,
    )
    page = client.recommendations.ComposePage(request)
    found = [each for shelf in page.shelves for each in ids(shelf)]
    assert len(found) == len(set(found)) == 120
    assert "i001" not in found
    assert [shelf.serving_config for shelf in page.shelves] == [
        each["serving_config"] for each in shelves
    ]
    for shelf in page.shelves:
        assert [each.position for each in shelf.recommendations] == list(range(20))
        assert all(each.item.title and each.reasons for each in shelf.recommendations)
        assert shelf.attribution_token
    assert (page.session_id, page.request_id) == ("one visit", "page-1")
    assert len(page.model_versions) == 2


def test_an_item_goes_to_the_first_shelf_that_wants_it(client):
    request = service.ComposePageRequest(
        user_id="u006",
        shelves=[{"serving_config": "home_plain", "page_size": 10}] * 2,
    )
    page = client.recommendations.ComposePage(request)
    alone = client.recommend(user_id="u006", serving_config="home_plain", page_size=20)
    assert ids(page.shelves[0]) == ids(alone)[:10]
    assert ids(page.shelves[1]) == ids(alone)[10:]


def test_a_shelf_may_start_from_seeds(client, shop):
    seed = "i002"
    request = service.ComposePageRequest(
        shelves=[{"serving_config": "home_plain", "seed_item_ids": [seed], "page_size": 10}]
    )
    found = ids(client.recommendations.ComposePage(request).shelves[0])
    assert seed not in found
    assert len(set(found) & shop.ids(category=shop.item(seed).category)) >= 5


def test_a_deleted_item_leaves_shared_replies_at_once(client, shop):
    name = new_id("twin")
    twin = item(name, shop.items[77].title, category="sport", brand="comet")
    client.catalog.CreateItem(catalog_service_pb2.CreateItemRequest(item=twin))
    eventually(lambda: name in ids(similar(client, "i077", page_size=50)))
    client.catalog.DeleteItem(catalog_service_pb2.DeleteItemRequest(name=f"items/{name}"))
    assert name not in ids(similar(client, "i077", page_size=200))
