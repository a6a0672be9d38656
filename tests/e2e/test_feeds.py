"""A feed is a resource: its pages never repeat an item, keep their order, and end."""

from __future__ import annotations

import pytest

from server.gen.shortlist.v1 import catalog_service_pb2, recommendation_service_pb2
from tests.e2e.harness.client import Client, event, ids, item, new_id
from tests.e2e.harness.waiting import eventually


def all_ids(pages):
    return [item_id for page in pages for item_id in ids(page)]


def test_the_same_token_gives_the_same_page_each_time(client):
    first = client.recommend(user_id="u030", page_size=10)
    again = [
        client.recommend(user_id="u030", page_size=10, page_token=first.next_page_token)
        for _ in range(3)
    ]
    assert ids(again[0]) == ids(again[1]) == ids(again[2])
    assert [each.position for each in again[0].recommendations] == list(range(10, 20))
    assert [e.score for e in again[0].recommendations] == [
        e.score for e in again[2].recommendations
    ]


@pytest.mark.parametrize("surface", ["home", "home_plain", "explore", "short_tail", "ruled"])
def test_pages_never_repeat_an_item_and_end_with_an_empty_token(client, surface):
    pages = list(client.pages(user_id="u031", serving_config=surface, page_size=17))
    found = all_ids(pages)
    assert len(found) == len(set(found))
    assert pages[-1].next_page_token == ""
    assert len(pages) > 2


def test_an_exhausted_tail_is_retrieved_again_without_what_was_served(client, shop):
    # The surface ranks 25 items at a time, of at most 60 candidates.
    pages = list(client.pages(user_id="u032", serving_config="short_tail", page_size=20))
    found = all_ids(pages)
    assert len(found) == len(set(found))
    engaged = shop.of_user("u032", "click", "purchase")
    # Everything that may be shown comes in the end; the shared server may have more items.
    assert {each.item_id for each in shop.items} - engaged <= set(found)
    assert not engaged & set(found)
    positions = [each.position for page in pages for each in page.recommendations]
    assert positions == list(range(len(found)))


def test_many_who_ask_for_the_same_page_at_once_get_the_same(client, user):
    asked = {"user_id": user, "serving_config": "short_tail", "page_size": 20}
    first = client.recommend(**asked)
    # Beyond what was ranked: each of them would retrieve the tail again.
    request = recommendation_service_pb2.RecommendRequest(
        **asked | {"page_size": 60}, page_token=first.next_page_token
    )
    calls = [client.recommendations.Recommend.future(request, timeout=30) for _ in range(24)]
    found = {tuple(ids(call.result())) for call in calls}
    assert len(found) == 1
    assert not set(ids(first)) & set(found.pop())


def test_pages_may_differ_in_size_and_what_they_return(client):
    first = client.recommend(user_id="u033", page_size=5)
    second = client.recommend(
        user_id="u033",
        page_size=9,
        page_token=first.next_page_token,
        read_mask={"paths": ["title"]},
        include_reasons=True,
        session_id="another",
    )
    assert [each.position for each in second.recommendations] == list(range(5, 14))
    assert all(each.item.title and each.reasons for each in second.recommendations)


def test_a_feed_keeps_its_order_while_the_user_acts(client, user):
    first = client.recommend(user_id=user, page_size=5)
    request = {"user_id": user, "page_size": 30, "page_token": first.next_page_token}
    before = ids(client.recommend(**request))
    client.write(event("click", before[3], user=user), event("purchase", "i200", user=user))
    assert ids(client.recommend(**request)) == before


def test_what_is_hidden_meanwhile_drops_out_without_reordering_the_rest(client, user):
    first = client.recommend(user_id=user, page_size=5)
    request = {"user_id": user, "page_size": 20, "page_token": first.next_page_token}
    before = client.recommend(**request)
    gone = {ids(before)[0], ids(before)[7]}
    client.write(event("hide", *gone, user=user))
    after = client.recommend(**request)
    assert [(each.item_id, each.position) for each in after.recommendations] == [
        (each.item_id, each.position) for each in before.recommendations if each.item_id not in gone
    ]


def test_what_is_deleted_or_withdrawn_meanwhile_drops_out(client, user):
    kind = new_id("kind")
    names = [new_id("gone") for _ in range(12)]
    client.catalog.BatchUpsertItems(
        catalog_service_pb2.BatchUpsertItemsRequest(
            items=[item(name, "a thing", brand=kind) for name in names]
        )
    )
    request = {"user_id": user, "page_size": 4, "filter": f'brand = "{kind}"'}
    first = eventually(lambda: _full(client.recommend(**request), 4))
    request["page_token"] = first.next_page_token
    before = ids(client.recommend(**request))
    client.catalog.DeleteItem(catalog_service_pb2.DeleteItemRequest(name=f"items/{before[0]}"))
    withdrawn = item(before[2])
    withdrawn.state = 2
    client.catalog.UpdateItem(
        catalog_service_pb2.UpdateItemRequest(item=withdrawn, update_mask={"paths": ["state"]})
    )
    after = client.recommend(**request)
    assert ids(after) == [before[1], before[3]]
    assert [each.position for each in after.recommendations] == [5, 7]


def _full(reply, size):
    return reply if len(reply.recommendations) == size else None


def test_a_feed_is_resumed_on_another_connection(client, server):
    first = client.recommend(user_id="u034", page_size=10)
    other = Client(server.port)
    request = {"user_id": "u034", "page_size": 10, "page_token": first.next_page_token}
    assert ids(other.recommend(**request)) == ids(client.recommend(**request))
    other.close()


def test_a_feed_is_resumed_after_a_restart(start_server):
    server = start_server()
    first = server.client.recommend(user_id="u035", page_size=10)
    request = {"user_id": "u035", "page_size": 10, "page_token": first.next_page_token}
    before = ids(server.client.recommend(**request))
    assert server.stop() == 0
    again = start_server(data_dir=server.data_dir)
    assert ids(again.client.recommend(**request)) == before
    rest = all_ids(again.client.pages(user_id="u035", page_size=100))
    assert len(rest) == len(set(rest)) > 200


def test_an_anonymous_feed_has_pages_too(client):
    found = all_ids(list(client.pages(page_size=60)))
    assert len(found) == len(set(found)) >= 300
