"""ExplanationService over real gRPC: the request in, the whole explanation out."""

from google.protobuf import json_format

from server.core.errors import InvalidFilterError
from server.core.subject import Subject
from server.gen.shortlist.admin.v1 import explanation_service_pb2 as service
from tests.integration.gateway.conftest import refused
from tests.integration.gateway.fakes import FakeExplainer

ASKED = {"user_id": "ann", "serving_config": "explore", "page_size": 5, "filter": "price < 5"}


async def explain(edge, request=ASKED, **fields):
    return await edge.explanation.ExplainRecommendation(
        service.ExplainRecommendationRequest(request=request, **fields)
    )


async def test_the_request_is_the_one_that_would_be_served(serve):
    edge = await serve()
    asked = ASKED | {"request_id": "r7"}
    await explain(edge, asked, item_ids=["i9"], max_dropped_items=3, include_features=True)
    query, question = edge.fakes.explainer.query, edge.fakes.explainer.question
    assert (query.serving_config, query.page_size, query.filter) == ("explore", 5, "price < 5")
    assert (query.subject, query.request_id) == (Subject("ann"), "r7")
    assert query.include_reasons and not query.validate_only and query.page is None
    assert (question.item_ids, question.most_dropped) == (("i9",), 3)
    assert question.includes_features


async def test_a_request_without_an_id_gets_one(edge):
    reply = await explain(edge)
    assert reply.request_id == edge.fakes.explainer.query.request_id != ""


async def test_everything_that_is_told_is_in_the_reply(edge):
    reply = json_format.MessageToDict(
        await explain(edge, item_ids=["none"]), preserving_proto_field_name=True
    )
    reply.pop("request_id")
    assert reply == {
        "serving_config": "explore",
        "stages": [
            {"name": "context", "duration": "0.001s"},
            {"name": "filter", "duration": "0.500s", "input_count": 10, "output_count": 0},
        ],
        "sources": [
            {
                "name": "popular",
                "limit": 20,
                "candidate_count": 7,
                "duration": "0.250s",
                "failed": True,
            }
        ],
        "filters": [{"name": "seen", "dropped_count": 3}],
        "rules": ["servingConfigs/explore/rules/choice"],
        "shown_items": [
            {
                "item_id": "i1",
                "outcome": "ITEM_OUTCOME_SHOWN",
                "position": 0,
                "rules": ["servingConfigs/explore/rules/choice"],
                "sources": [{"source": "popular", "score": 0.5, "rank": 3}],
                "pre_rank": {"score": 1.5, "place": 2, "candidate_count": 10, "shortlist": 5},
                "probabilities": {"click": 0.25},
                "ranking": {"score": 0.75, "place": 1, "boosted_score": 1.5},
                "explored": True,
                "propensity": 0.125,
                "reasons": [
                    {
                        "code": "REASON_CODE_SHARES_ATTRIBUTE",
                        "item_ids": ["i2"],
                        "attribute": "genre",
                        "value": "Fantasy",
                    }
                ],
                "features": [{"name": "price", "effect": -0.5}],
            }
        ],
        "asked_items": [{"item_id": "none", "outcome": "ITEM_OUTCOME_UNKNOWN"}],
        "dropped_items": [
            {
                "item_id": "i3",
                "outcome": "ITEM_OUTCOME_FILTERED",
                "stage": "filter",
                "filters": ["seen", "engaged"],
            }
        ],
        "model_versions": [
            {"component": "retrieval", "version": "v7"},
            {"component": "ranker", "version": "v7"},
        ],
        "exposures": [{"experiment": "ranking", "variant": "b"}],
        "degradations": [{"kind": "DEGRADATION_KIND_SOURCE_LEFT_OUT", "component": "popular"}],
    }


async def test_what_is_wrong_is_named_by_the_paths_of_the_request(serve):
    explainer = FakeExplainer()
    edge = await serve(explainer=explainer)
    assert (await refused(explain(edge, {"page_token": "x"}))).fields == ["request.page_token"]
    assert (await refused(explain(edge, {"page_size": 500}))).fields == ["request.page_size"]
    assert (await refused(explain(edge, None))).fields == ["request"]
    assert (await refused(explain(edge, item_ids=["a b"]))).fields == ["item_ids[0]"]
    explainer.error = InvalidFilterError.of("filter", "at character 3: no")
    refusal = await refused(explain(edge))
    assert (refusal.reason, refusal.fields) == ("INVALID_FILTER", ["request.filter"])
