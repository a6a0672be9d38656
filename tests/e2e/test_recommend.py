"""Recommend: what is not an error, and what every reply says."""

from __future__ import annotations

import math

import pytest

from server.gen.shortlist.v1 import recommendation_pb2, recommendation_service_pb2
from tests.e2e.harness.client import event, ids, new_id
from tests.e2e.harness.refusals import refused
from tests.e2e.harness.world import favourite, user_id

Code = recommendation_pb2.ReasonCode
KNOWN_SOURCES = {
    *("two_tower", "content", "co_engaged", "trending", "popular", "fresh", "explore"),
    "engaged_before",
}


def reasons_of(reply):
    return [
        {Code.Name(each.code).removeprefix("REASON_CODE_") for each in one.reasons}
        for one in reply.recommendations
    ]


def test_a_known_user_gets_what_fits_their_taste(client, shop):
    hits = 0
    for number in range(30):
        category, _ = favourite(number)
        reply = client.recommend(user_id=user_id(number), serving_config="home_plain", page_size=10)
        hits += len(set(ids(reply)) & shop.ids(category=category))
    # At random it would be one in six.
    assert hits / 300 > 0.5


def test_a_known_user_is_told_why(client, shop):
    reply = client.recommend(user_id="u003", serving_config="home_plain", include_reasons=True)
    assert all(each.reasons for each in reply.recommendations)
    found = set().union(*reasons_of(reply))
    assert {"MATCHES_YOUR_TASTE", "ENGAGED_TOGETHER", "SHARES_ATTRIBUTE"} <= found
    engaged = shop.of_user("u003", "click", "purchase")
    for one in reply.recommendations:
        for reason in one.reasons:
            assert set(reason.item_ids) <= engaged
            assert len(reason.item_ids) <= 3
            if reason.code == Code.REASON_CODE_SHARES_ATTRIBUTE:
                value = getattr(shop.item(one.item_id), reason.attribute)
                assert reason.value in (value if isinstance(value, tuple) else (value,))


def test_reasons_come_only_when_asked_for(client):
    reply = client.recommend(user_id="u003")
    assert not any(each.reasons for each in reply.recommendations)


@pytest.mark.parametrize("subject", [{}, {"user_id": "nobody"}, {"visitor_id": "somebody"}])
def test_an_unknown_subject_gets_popular_items_and_is_told_so(client, subject):
    reply = client.recommend(**subject, page_size=20, include_reasons=True)
    assert len(reply.recommendations) == 20
    assert not reply.degradations
    told = reasons_of(reply)
    assert all(told)
    assert sum("POPULAR" in each for each in told) > 10
    assert not set().union(*told) & {"SHARES_ATTRIBUTE", "ENGAGED_TOGETHER", "ENGAGED_BEFORE"}


def test_an_unknown_subject_is_shown_exploratory_items_and_told_so(client, user):
    reply = client.recommend(
        user_id=user, serving_config="explore", page_size=40, include_reasons=True
    )
    assert any("EXPLORATION" in each for each in reasons_of(reply))


def test_unknown_seeds_are_no_error(client):
    reply = client.recommend(user_id="u001", seed_item_ids=["never-heard-of", "i003"])
    assert len(reply.recommendations) == 20
    assert "i003" not in ids(reply)


def test_seeds_steer_the_feed_of_someone_unknown(client, shop, user):
    garden = sorted(shop.ids(category="garden"))
    for seeds in (garden[:5], sorted(shop.ids(category="sport"))[:5]):
        reply = client.recommend(
            user_id=user, serving_config="home_plain", seed_item_ids=seeds, page_size=10
        )
        category = shop.item(seeds[0]).category
        assert len(set(ids(reply)) & shop.ids(category=category)) >= 6
        assert not set(ids(reply)) & set(seeds)


def test_fewer_candidates_than_asked_for_are_no_error(client, shop):
    wanted = shop.ids(category="games", brand="delta")
    reply = client.recommend(
        user_id="nobody", page_size=200, filter='category = "games" AND brand = "delta"'
    )
    assert set(ids(reply)) == wanted
    assert len(wanted) == 10


def test_a_user_whose_history_is_all_unknown_items_is_no_error(client, user):
    client.write(event("click", "never-heard-of", user=user))
    assert len(client.recommend(user_id=user).recommendations) == 20


def test_scores_are_finite_and_within_0_and_1(client):
    for subject in ({"user_id": "u010"}, {"user_id": "nobody"}, {}):
        for surface in ("home", "home_plain", "explore", "buy_again"):
            reply = client.recommend(**subject, serving_config=surface, page_size=100)
            scores = [each.score for each in reply.recommendations]
            assert all(math.isfinite(score) and 0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("subject", [{"user_id": "u011"}, {"user_id": "nobody"}, {}])
def test_scores_do_not_increase_where_the_score_alone_decides(client, subject):
    scores = [
        each.score
        for page in client.pages(**subject, serving_config="home_plain", page_size=30)
        for each in page.recommendations
    ]
    assert len(scores) > 200
    assert scores == sorted(scores, reverse=True)


def test_positions_are_contiguous_from_0_across_pages(client):
    pages = list(client.pages(user_id="u012", page_size=50))
    positions = [each.position for page in pages for each in page.recommendations]
    assert positions == list(range(len(positions)))
    assert len(pages) >= 5


def test_every_item_names_the_sources_that_brought_it(client):
    reply = client.recommend(user_id="u013", page_size=100)
    named = [set(each.sources) for each in reply.recommendations]
    assert all(named)
    assert set().union(*named) <= KNOWN_SOURCES
    assert {"two_tower", "co_engaged", "content", "popular"} <= set().union(*named)


def test_a_reply_names_the_models_that_served_and_no_degradation(client, server):
    version = (server.data_dir / "models" / "CURRENT").read_text().strip()
    reply = client.recommend(user_id="u014")
    assert {(each.component, each.version) for each in reply.model_versions} == {
        ("retrieval", version),
        ("ranker", version),
    }
    assert not reply.degradations


def test_a_page_holds_20_items_unless_told_otherwise(client):
    assert len(client.recommend(user_id="u015").recommendations) == 20
    for size in (1, 7, 200):
        reply = client.recommend(user_id="u015", page_size=size)
        assert len(reply.recommendations) == size


def test_the_request_id_is_echoed_in_reply_and_trailers(client):
    name = new_id("request")
    request = recommendation_service_pb2.RecommendRequest(user_id="u016", request_id=name)
    reply, call = client.recommendations.Recommend.with_call(request)
    assert reply.request_id == name
    assert dict(call.trailing_metadata())["x-request-id"] == name


def test_the_request_id_of_the_metadata_is_taken_and_one_is_chosen_without(client):
    request = recommendation_service_pb2.RecommendRequest(user_id="u016")
    given = client.recommendations.Recommend(request, metadata=[("x-request-id", "from-edge")])
    assert given.request_id == "from-edge"
    first, second = client.recommend(user_id="u016"), client.recommend(user_id="u016")
    assert first.request_id and first.request_id != second.request_id


def test_the_session_is_echoed_or_chosen(client):
    assert client.recommend(user_id="u017", session_id="visit 1").session_id == "visit 1"
    assert client.recommend(user_id="u017").session_id


def test_validate_only_checks_and_serves_nothing(client):
    reply = client.recommend(user_id="u018", validate_only=True, request_id="only-a-check")
    assert reply == recommendation_service_pb2.RecommendResponse(request_id="only-a-check")
    request = recommendation_service_pb2.RecommendRequest(validate_only=True, filter="price >")
    assert refused(client.recommendations.Recommend, request).reason == "INVALID_FILTER"
    request = recommendation_service_pb2.RecommendRequest(validate_only=True, page_token="x")
    assert refused(client.recommendations.Recommend, request).reason == "INVALID_PAGE_TOKEN"


def test_without_a_read_mask_only_ids_come(client):
    reply = client.recommend(user_id="u019")
    assert not any(each.HasField("item") for each in reply.recommendations)


def test_a_read_mask_chooses_fields_and_single_attributes(client, shop):
    reply = client.recommend(
        user_id="u019", read_mask={"paths": ["title", "attributes.price", "name"]}
    )
    for each in reply.recommendations:
        known = shop.item(each.item_id)
        assert each.item.name == f"items/{each.item_id}"
        assert each.item.title == known.title
        assert list(each.item.attributes) == ["price"]
        assert each.item.attributes["price"].number_value == known.price
        assert not each.item.HasField("create_time")


def test_a_read_mask_of_everything_returns_whole_items(client, shop):
    reply = client.recommend(user_id="u019", read_mask={"paths": ["*"]}, page_size=5)
    for each in reply.recommendations:
        known = shop.item(each.item_id)
        assert set(each.item.attributes) == {
            *("category", "brand", "tags", "price", "year", "released", "warehouse")
        }
        assert set(each.item.attributes["tags"].strings_value.values) == set(known.tags)
        assert each.item.HasField("create_time") and each.item.HasField("update_time")


def test_the_same_request_id_gives_the_same_slate(client):
    name = new_id("request")
    first, second = (
        client.recommend(user_id="u020", serving_config="explore", request_id=name)
        for _ in range(2)
    )
    # The first slate was logged, not seen: nothing has changed in between.
    assert ids(first) == ids(second)
