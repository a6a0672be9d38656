"""Business rules and diversity, from a settings file."""

from __future__ import annotations

from server.gen.shortlist.v1 import recommendation_pb2
from tests.e2e.harness.client import ids

EDITORIAL = recommendation_pb2.ReasonCode.REASON_CODE_EDITORIAL


def ruled(client, user="u070", **fields):
    return client.recommend(
        user_id=user, serving_config="ruled", page_size=50, include_reasons=True, **fields
    )


def test_a_pin_puts_its_item_at_its_position_and_says_so(client):
    reply = ruled(client)
    pinned = reply.recommendations[2]
    assert pinned.item_id == "i299"
    assert pinned.sources[0] and EDITORIAL in [each.code for each in pinned.reasons]
    others = [each for each in reply.recommendations if each.position != 2]
    assert not any(EDITORIAL in [r.code for r in each.reasons] for each in others)


def test_a_pin_takes_the_next_item_when_the_first_may_not_appear(client):
    assert ids(ruled(client, exclude_item_ids=["i299"]))[2] == "i297"
    gone = ids(ruled(client, exclude_item_ids=["i299", "i297"]))
    assert not set(gone) & {"i299", "i297"}


def test_a_block_removes_what_it_names_and_what_it_matches(client, shop):
    found = [
        each
        for page in client.pages(user_id="nobody", serving_config="ruled", page_size=100)
        for each in ids(page)
    ]
    assert len(found) > 50
    assert not set(found) & (shop.ids(category="music") | {"i000", "i006"})


def test_a_cap_holds_in_every_window(client, shop):
    for user in ("u070", "u071", "u072", "nobody"):
        found = ids(ruled(client, user))
        brands = [shop.item(each).brand for each in found]
        assert len(brands) > 20
        for start in range(len(brands) - 4):
            window = brands[start : start + 5]
            # Pins stand where they are pinned even if that breaks a cap; they are counted.
            assert max(window.count(each) for each in window) <= 2, (start, window)


def test_a_boost_lifts_what_it_matches_and_leaves_the_scores_as_they_are(client, shop):
    garden = shop.ids(category="garden")
    asked = {"user_id": "u072", "page_size": 200}
    plain = client.recommend(**asked, serving_config="home_plain").recommendations
    boosted = client.recommend(**asked, serving_config="boosted").recommendations
    scores = {each.item_id: each.score for each in plain}
    assert all(scores[each.item_id] == each.score for each in boosted if each.item_id in scores)
    lifted = [each.score * (10 if each.item_id in garden else 1) for each in boosted]
    assert lifted == sorted(lifted, reverse=True)
    # The user likes books.
    best = {each.item_id for each in boosted[:40]}
    assert len(best & garden) > len({each.item_id for each in plain[:40]} & garden)


def test_a_boost_of_0_sinks_what_it_matches(client, shop):
    books = shop.ids(category="books")
    pages = list(client.pages(user_id="u072", serving_config="buried", page_size=100))
    first = [each for page in pages for each in ids(page)][:150]
    assert not set(first) & books


def test_diversity_spreads_what_is_alike(client, shop):
    def categories(diversity):
        reply = client.recommend(
            user_id="u073", serving_config="varied", page_size=6, diversity=diversity
        )
        return {shop.item(each).category for each in ids(reply)}

    # There are six categories in all.
    assert len(categories(1.0)) == 6
    assert len(categories(0.0)) < len(categories(0.7)) <= 6


def test_diversity_0_is_the_order_of_the_score(client):
    def order(**fields):
        return ids(client.recommend(user_id="u074", page_size=50, **fields))

    plain = order(serving_config="home_plain")
    assert order(serving_config="varied", diversity=0.0) == plain
    assert order(serving_config="home_plain", diversity=0.9) != plain
