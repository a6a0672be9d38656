"""What stays out: excluded, engaged, bought, hidden and worn-out items, by the surface's policy."""

from __future__ import annotations

from server.gen.shortlist.v1 import recommendation_pb2, recommendation_service_pb2, user_service_pb2
from tests.e2e.harness.client import event, ids, new_id


def feed(client, **fields):
    """Return all ids of a feed."""
    return [each for page in client.pages(page_size=200, **fields) for each in ids(page)]


def test_excluded_items_stay_out_of_every_page(client, shop):
    first = ids(client.recommend(user_id="u050", serving_config="home_plain"))
    excluded = [*first[:5], "i123", "never-heard-of"]
    found = feed(client, user_id="u050", serving_config="home_plain", exclude_item_ids=excluded)
    assert not set(found) & set(excluded)
    assert len(found) >= 300 - 6 - len(shop.of_user("u050", "click", "purchase"))


def test_a_thousand_exclusions_leave_the_rest(client, user):
    excluded = [f"i{number:03d}" for number in range(290)] + [f"x{n}" for n in range(710)]
    found = feed(client, user_id=user, exclude_item_ids=excluded)
    assert {f"i{number}" for number in range(290, 300)} <= set(found)
    assert not set(found) & set(excluded)


def test_what_was_engaged_with_before_stays_out_of_home(client, shop):
    engaged = shop.of_user("u051", "click", "purchase")
    assert len(engaged) > 10
    for surface in ("home", "home_plain", "explore"):
        assert not set(feed(client, user_id="u051", serving_config=surface)) & engaged


def test_a_surface_may_welcome_repeats(client, shop):
    found = client.recommend(
        user_id="u051", serving_config="buy_again", page_size=50, include_reasons=True
    )
    engaged = shop.of_user("u051", "click", "purchase")
    again = [each for each in found.recommendations if each.item_id in engaged]
    assert len(again) > 3
    before = recommendation_pb2.ReasonCode.REASON_CODE_ENGAGED_BEFORE
    assert all(before in [reason.code for reason in each.reasons] for each in again)


def test_bought_items_stay_out_where_the_surface_says_so(client, shop):
    bought = shop.of_user("u052", "purchase")
    clicked = shop.of_user("u052", "click") - bought
    assert bought and clicked
    assert bought & set(feed(client, user_id="u052", serving_config="buy_again"))
    found = set(feed(client, user_id="u052", serving_config="unbought"))
    assert not bought & found
    assert clicked & found


def test_a_purchase_keeps_an_item_out_at_once(client, user):
    first = ids(client.recommend(user_id=user, serving_config="unbought", page_size=3))
    client.write(event("purchase", first[0], user=user))
    assert first[0] not in feed(client, user_id=user, serving_config="unbought")


def test_hidden_items_stay_out_everywhere(client, user):
    hidden = ids(client.recommend(user_id=user, page_size=3))
    client.write(event("hide", *hidden, user=user))
    for surface in ("home", "home_plain", "buy_again", "explore", "unbought", "varied"):
        assert not set(feed(client, user_id=user, serving_config=surface)) & set(hidden)


def test_hidden_items_stay_out_of_composed_pages(client, user):
    hidden = ids(client.recommend(user_id=user, page_size=3))
    client.write(event("hide", *hidden, user=user))
    request = recommendation_service_pb2.ComposePageRequest(
        user_id=user, shelves=[{"serving_config": "home"}, {"serving_config": "buy_again"}]
    )
    shelves = client.recommendations.ComposePage(request).shelves
    assert not {each for shelf in shelves for each in ids(shelf)} & set(hidden)


def test_a_low_rating_alone_excludes_as_any_engagement_does(client, user):
    item_id = ids(client.recommend(user_id=user))[0]
    rated = event("rate", user=user)
    rated.items.add(item_id=item_id, rating=1)
    client.write(rated)
    assert item_id not in feed(client, user_id=user, serving_config="home")


def test_impressions_wear_an_item_out_where_the_surface_says_so(client, user):
    asked = {"user_id": user, "serving_config": "unseen", "page_size": 5}
    shown = ids(client.recommend(**asked))
    client.write(event("impression", *shown, user=user))
    assert set(shown) <= set(feed(client, user_id=user, serving_config="unseen"))
    client.write(event("impression", *shown, user=user))
    assert not set(feed(client, user_id=user, serving_config="unseen")) & set(shown)


def test_impressions_discount_an_item_softly_elsewhere(client, user):
    asked = {"user_id": user, "serving_config": "discounted", "page_size": 200}
    before = client.recommend(**asked)
    best = before.recommendations[0]
    for _ in range(5):
        client.write(event("impression", best.item_id, user=user))
    after = {each.item_id: each for each in client.recommend(**asked).recommendations}
    # Five impressions just now cost five sixths, on top of what the model makes of them.
    assert after[best.item_id].position > 20
    assert after[best.item_id].score < best.score / 3


def test_impressions_change_nothing_where_the_surface_keeps_all(client, user):
    asked = {"user_id": user, "serving_config": "home_plain", "page_size": 200}
    shown = ids(client.recommend(**asked))[:5]
    for _ in range(6):
        client.write(event("impression", *shown, user=user))
    assert set(shown) <= set(feed(client, user_id=user, serving_config="home_plain"))


def test_a_visitors_behaviour_counts_like_a_users(client):
    visitor = new_id("visitor")
    asked = {"visitor_id": visitor, "serving_config": "home", "page_size": 200}
    first = ids(client.recommend(**asked))
    client.write(
        event("click", first[0], visitor=visitor), event("hide", first[1], visitor=visitor)
    )
    assert not set(ids(client.recommend(**asked))) & {first[0], first[1]}
    # A user of the same id is somebody else.
    assert first[0] in feed(client, user_id=visitor)


def test_a_merged_visitors_history_counts_as_the_users(client, user):
    visitor = new_id("visitor")
    client.write(event("click", "i003", "i009", visitor=visitor))
    assert {"i003", "i009"} <= set(feed(client, user_id=user))
    request = user_service_pb2.MergeUsersRequest(user=f"users/{user}", visitor_id=visitor)
    assert client.users.MergeUsers(request).merged_event_count == 1
    assert not {"i003", "i009"} & set(feed(client, user_id=user))
    # Later events of the visitor go to the user.
    client.write(event("hide", "i015", visitor=visitor))
    assert "i015" not in feed(client, user_id=user)
