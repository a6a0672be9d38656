"""RecommendationService over real gRPC, with a feed of ten items behind it."""

from google.protobuf.field_mask_pb2 import FieldMask

from server.catalog.item import Item
from server.core.errors import (
    PageTokenExpiredError,
    UnavailableError,
    UnknownAttributeError,
    UnknownServingConfigError,
)
from server.gen.shortlist.v1 import recommendation_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.integration.gateway.conftest import refused


async def test_a_page_says_what_served_it(edge):
    reply = await edge.recommendation.Recommend(
        service.RecommendRequest(user_id="ann", page_size=2, include_reasons=True, request_id="r1")
    )
    assert [(each.item_id, each.position) for each in reply.recommendations] == [
        ("i0", 0),
        ("i1", 1),
    ]
    assert reply.recommendations[0].score == 1.0
    assert reply.recommendations[0].sources == ["two_tower"]
    reason = reply.recommendations[0].reasons[0]
    assert reason.code == recommendation_pb2.REASON_CODE_SHARES_ATTRIBUTE
    assert (reason.attribute, reason.value, reason.item_ids) == ("genre", "Fantasy", ["i1"])
    assert {each.component: each.version for each in reply.model_versions} == {
        "retrieval": "v7",
        "ranker": "v7",
    }
    assert [(each.experiment, each.variant) for each in reply.exposures] == [("ranking", "b")]
    assert reply.degradations[0].kind == recommendation_pb2.DEGRADATION_KIND_SOURCE_LEFT_OUT
    assert reply.degradations[0].component == "content"
    assert (reply.request_id, reply.session_id) == ("r1", "session-made")
    assert not reply.recommendations[0].HasField("item")


async def test_the_query_is_the_request(edge):
    request = service.RecommendRequest(
        visitor_id="tab-1",
        session_id="s",
        seed_item_ids=["i3"],
        exclude_item_ids=["i4"],
        filter="price < 3",
        diversity=0,
    )
    request.context.device_class = 4
    request.context.country = "DE"
    request.context.surface_attributes["tab"] = "new"
    await edge.recommendation.Recommend(request, timeout=5)
    (query,) = edge.fakes.recommender.queries
    assert query.serving_config == "home"
    assert (query.subject.id, query.subject.is_visitor) == ("tab-1", True)
    assert query.attributes == {"device_class": "tv", "country": "DE", "tab": "new"}
    assert (query.seed_item_ids, query.exclude_item_ids) == (("i3",), ("i4",))
    assert (query.filter, query.page_size, query.diversity) == ("price < 3", 20, 0.0)
    assert query.deadline_s is not None


async def test_absent_diversity_and_subject_stay_absent(edge):
    await edge.recommendation.Recommend(service.RecommendRequest())
    (query,) = edge.fakes.recommender.queries
    assert query.subject is None
    assert query.diversity is None


async def test_a_feed_is_paged_to_its_end(edge):
    request = service.RecommendRequest(user_id="ann", page_size=4)
    seen = []
    while True:
        reply = await edge.recommendation.Recommend(request)
        seen += [each.item_id for each in reply.recommendations]
        if not reply.next_page_token:
            break
        request.page_token = reply.next_page_token
    assert seen == [f"i{n}" for n in range(10)]


async def test_what_may_change_under_a_page_token(edge):
    request = service.RecommendRequest(user_id="ann", page_size=4)
    request.context.platform = "web"
    request.context.client_time.FromMilliseconds(1)
    request.page_token = (await edge.recommendation.Recommend(request)).next_page_token
    request.page_size = 3
    request.include_reasons = True
    request.request_id = "another"
    request.session_id = "session-made"
    request.read_mask.paths.append("title")
    request.context.client_time.FromMilliseconds(2)
    request.serving_config = "home"
    assert (await edge.recommendation.Recommend(request)).next_page_token


async def test_a_changed_request_under_a_page_token_is_refused(edge):
    request = service.RecommendRequest(user_id="ann", page_size=4)
    token = (await edge.recommendation.Recommend(request)).next_page_token
    for change in (
        {"user_id": "bob"},
        {"visitor_id": "ann"},
        {"filter": "price < 3"},
        {"serving_config": "other"},
        {"exclude_item_ids": ["i1"]},
        {"diversity": 0.5},
    ):
        fields = {"user_id": "ann", "page_token": token} | change
        if "visitor_id" in change:
            del fields["user_id"]
        refusal = await refused(edge.recommendation.Recommend(service.RecommendRequest(**fields)))
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN")
        assert refusal.fields == ["page_token"]


async def test_foreign_tokens_are_refused_and_old_ones_expire(edge):
    request = service.RecommendRequest(user_id="ann", page_size=4)
    first = await edge.recommendation.Recommend(request)
    for token in ("garbage", first.attribution_token, first.next_page_token[:-1], "ü"):
        request.page_token = token
        refusal = await refused(edge.recommendation.Recommend(request))
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN")
    request.page_token = first.next_page_token
    edge.fakes.clock.shift_ms = 61_000
    refusal = await refused(edge.recommendation.Recommend(request))
    assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "PAGE_TOKEN_EXPIRED")


async def test_a_read_mask_chooses_the_fields_of_items(edge):
    catalog = edge.fakes.catalog
    for n in range(10):
        attributes = {"price": float(n), "genre": "Fantasy"}
        await catalog.create(Item(item_id=f"i{n}", title=f"Title {n}", attributes=attributes))
    request = service.RecommendRequest(page_size=1)
    request.read_mask.CopyFrom(FieldMask(paths=["title", "attributes.price"]))
    item = (await edge.recommendation.Recommend(request)).recommendations[0].item
    assert (item.name, item.title, dict(item.attributes).keys()) == ("", "Title 0", {"price"})
    assert item.attributes["price"].number_value == 0.0
    request.read_mask.CopyFrom(FieldMask(paths=["*"]))
    item = (await edge.recommendation.Recommend(request)).recommendations[0].item
    assert (item.name, set(item.attributes)) == ("items/i0", {"price", "genre"})


async def test_an_item_deleted_meanwhile_drops_out(edge):
    for n in (0, 2):
        await edge.fakes.catalog.create(Item(item_id=f"i{n}"))
    request = service.RecommendRequest(page_size=3, read_mask=FieldMask(paths=["name"]))
    reply = await edge.recommendation.Recommend(request)
    assert [(each.item_id, each.position) for each in reply.recommendations] == [
        ("i0", 0),
        ("i2", 2),
    ]


async def test_unknown_paths_of_a_read_mask_are_refused(edge):
    for path, reason in (("colour", "INVALID_REQUEST"), ("attributes.colour", "UNKNOWN_ATTRIBUTE")):
        request = service.RecommendRequest(read_mask=FieldMask(paths=[path]))
        refusal = await refused(edge.recommendation.Recommend(request))
        assert (refusal.reason, refusal.fields) == (reason, ["read_mask"])


async def test_validate_only_serves_nothing(edge):
    reply = await edge.recommendation.Recommend(
        service.RecommendRequest(validate_only=True, request_id="r")
    )
    assert reply == service.RecommendResponse(request_id="r")


async def test_shared_replies(edge):
    similar = await edge.recommendation.RecommendSimilar(
        service.RecommendSimilarRequest(item_id="i0", page_size=2)
    )
    assert [each.item_id for each in similar.recommendations] == ["i1", "i2"]
    trending = await edge.recommendation.ListTrending(service.ListTrendingRequest(page_size=1))
    assert [each.item_id for each in trending.recommendations] == ["i0"]
    configs = [query.serving_config for query in edge.fakes.recommender.queries]
    assert configs == ["similar", "trending"]
    assert similar.attribution_token and trending.attribution_token


async def test_ranking_given_items_counts_duplicates_once(edge):
    reply = await edge.recommendation.RankItems(
        service.RankItemsRequest(user_id="ann", item_ids=["i2", "nope", "i2", "i0"])
    )
    assert [each.item_id for each in reply.recommendations] == ["i2", "i0"]
    assert list(reply.skipped_item_ids) == ["nope"]


async def test_a_page_of_shelves(edge):
    reply = await edge.recommendation.ComposePage(
        service.ComposePageRequest(
            user_id="ann",
            shelves=[{"serving_config": "home"}, {"serving_config": "deals", "page_size": 3}],
            exclude_item_ids=["i9"],
            request_id="p",
        )
    )
    assert [shelf.serving_config for shelf in reply.shelves] == ["home", "deals"]
    assert [shelf.recommendations[0].item_id for shelf in reply.shelves] == ["i0", "i1"]
    assert len({shelf.attribution_token for shelf in reply.shelves}) == 2
    first, second = edge.fakes.recommender.queries
    assert (first.request_id, second.request_id) == ("p.0", "p.1")
    assert (first.exclude_item_ids, second.page_size) == (("i9",), 3)
    assert [each.version for each in reply.model_versions] == ["v7", "v7"]
    assert reply.request_id == "p"


async def test_errors_of_the_recommender_keep_their_reason(edge):
    cases = (
        (UnknownServingConfigError("attic"), "NOT_FOUND", "UNKNOWN_SERVING_CONFIG"),
        (UnknownAttributeError.of("filter", "x"), "INVALID_ARGUMENT", "UNKNOWN_ATTRIBUTE"),
        (PageTokenExpiredError("gone"), "FAILED_PRECONDITION", "PAGE_TOKEN_EXPIRED"),
        (UnavailableError("index"), "UNAVAILABLE", "DEPENDENCY_UNAVAILABLE"),
    )
    for error, code, reason in cases:
        edge.fakes.recommender.error = error
        refusal = await refused(
            edge.recommendation.Recommend(service.RecommendRequest(request_id="r9"))
        )
        assert (refusal.code, refusal.reason) == (code, reason)
        assert refusal.details["ErrorInfo"].domain == "shortlist"
        assert refusal.details["ErrorInfo"].metadata["request_id"] == "r9"
        assert refusal.trailing["x-request-id"] == "r9"
    resource = (await _refusal_of(edge, UnknownServingConfigError("attic"))).details["ResourceInfo"]
    assert (resource.resource_type, resource.resource_name) == ("serving config", "attic")


async def _refusal_of(edge, error):
    edge.fakes.recommender.error = error
    return await refused(edge.recommendation.Recommend(service.RecommendRequest()))
