"""Why a request is answered as it is, by a trained model, over real gRPC."""

from __future__ import annotations

import pytest

from server.gen.shortlist.v1 import catalog_service_pb2 as catalog
from server.gen.shortlist.v1 import recommendation_pb2
from tests.e2e.harness.admin import Admin, outcome
from tests.e2e.harness.client import event, ids, item, new_id
from tests.e2e.harness.logs import logged_slates
from tests.e2e.harness.refusals import refused
from tests.e2e.harness.waiting import eventually


@pytest.fixture
def admin(client):
    return Admin(client)


@pytest.fixture
def surface(admin):
    """A surface of the test's own, whose page of 10 is fixed by the score alone."""
    name = admin.create()
    yield name
    admin.delete(name)


def about(admin, item_id, surface, user="u080", **request):
    request = {"user_id": user, "serving_config": surface, "page_size": 10, **request}
    (found,) = admin.explain(item_id, request=request).asked_items
    assert found.item_id == item_id
    return found


def page(client, surface, user="u080", **request):
    request = {"user_id": user, "serving_config": surface, "page_size": 10, **request}
    return client.recommend(**request)


def test_it_explains_the_very_page_that_was_served(client, admin):
    for number in range(5):
        asked = {"user_id": "u080", "page_size": 20, "request_id": f"served-{number}"}
        served = client.recommend(**asked, include_reasons=True).recommendations
        told = admin.explain(request=asked)
        assert told.request_id == f"served-{number}"
        assert [each.item_id for each in told.shown_items] == [each.item_id for each in served]
        for explained, shown in zip(told.shown_items, served, strict=True):
            assert outcome(explained) == "SHOWN" and explained.position == shown.position
            assert explained.ranking.score == pytest.approx(shown.score)
            assert [hit.source for hit in explained.sources] == list(shown.sources)
            assert list(explained.reasons) == list(shown.reasons)
            assert 0 < explained.propensity <= 1
    assert {each.version for each in told.model_versions}


def test_the_funnel_adds_up(admin, surface):
    told = admin.explain(
        request={"user_id": "u080", "serving_config": surface, "page_size": 10},
        max_dropped_items=1000,
    )
    stages = {stage.name: stage for stage in told.stages}
    assert {"context", "encode", "retrieve", "filter", "pre_rank", "predict", "select"} <= set(
        stages
    )
    assert all(stage.duration.ToNanoseconds() >= 0 for stage in told.stages)
    merged = stages["retrieve"].output_count
    assert stages["filter"].input_count == merged
    assert max(each.candidate_count for each in told.sources) <= merged
    assert merged <= sum(each.candidate_count for each in told.sources)
    assert all(each.candidate_count <= each.limit and not each.failed for each in told.sources)
    assert len(told.shown_items) == 10
    assert len(told.dropped_items) == merged - 10
    assert stages["select"].output_count == 200


def test_a_shown_item_has_what_brought_it_and_what_moved_its_score(admin, surface):
    request = {"user_id": "u080", "serving_config": surface, "page_size": 10}
    told = admin.explain(request=request, include_features=True)
    for each in told.shown_items:
        assert each.sources and all(hit.rank >= 0 for hit in each.sources)
        assert each.pre_rank.place < each.pre_rank.shortlist
        assert each.probabilities and all(0 <= p <= 1 for p in each.probabilities.values())
        assert each.ranking.place == each.position
        effects = [abs(feature.effect) for feature in each.features]
        assert 0 < len(effects) <= 10 and effects == sorted(effects, reverse=True)
    assert not admin.explain(request=request).shown_items[0].features


def test_nothing_is_logged_or_remembered(start_server):
    server = start_server()
    user = new_id("user")
    server.client.recommend(user_id=user)

    def slates():
        return len([each for each in logged_slates(server.data_dir) if user in each.subject_key])

    eventually(lambda: slates() == 1)
    admin = Admin(server.client)
    for _ in range(5):
        assert len(admin.explain("i001", request={"user_id": user}).shown_items) == 20
    server.client.recommend(user_id=user)
    eventually(lambda: slates() >= 2)
    assert slates() == 2
    # Metrics of served requests don't count it.
    metrics = server.metrics().splitlines()
    (line,) = [each for each in metrics if 'stage="retrieve"' in each and "_count" in each]
    assert float(line.rpartition(" ")[2]) == 2


def test_each_filter_is_named(client, admin, surface):
    shown, user = ids(page(client, surface))[4], new_id("user")
    assert about(admin, shown, surface).filters == []
    found = about(admin, shown, surface, exclude_item_ids=[shown])
    assert (outcome(found), list(found.filters), found.stage) == (
        *("FILTERED", ["excluded"]),
        "filter",
    )
    found = about(admin, shown, surface, filter=f'-item_id = "{shown}"')
    assert (outcome(found), list(found.filters), found.stage) == (
        "FILTERED",
        ["filter"],
        "retrieve",
    )
    top = ids(page(client, surface, user))[0]
    client.write(event("hide", top, user=user))
    found = eventually(lambda: _dropped(about(admin, top, surface, user)))
    assert list(found.filters) == ["excluded"]
    second = ids(page(client, surface, user))[0]
    client.write(event("purchase", second, user=user))
    assert about(admin, second, surface, user).filters == []
    admin.change(surface, excludes_purchased=True)
    found = eventually(lambda: _dropped(about(admin, second, surface, user)))
    assert list(found.filters) == ["engaged"]
    third = ids(page(client, surface, user))[0]
    client.write(*(event("impression", third, user=user) for _ in range(2)))
    admin.change(surface, seen="SEEN_POLICY_EXCLUDE", seen_limit=2)
    found = eventually(lambda: _dropped(about(admin, third, surface, user)))
    assert list(found.filters) == ["seen"]


def _dropped(found):
    return found if outcome(found) == "FILTERED" else None


def test_a_withdrawn_item_is_unavailable_and_a_deleted_one_unknown(client, admin, surface):
    message = item(new_id("thing"), "A lamp", category="garden")
    client.catalog.CreateItem(catalog.CreateItemRequest(item=message))
    item_id = message.name.partition("/")[2]
    message.state = 2
    client.catalog.UpdateItem(catalog.UpdateItemRequest(item=message))
    assert outcome(about(admin, item_id, surface)) == "UNAVAILABLE"
    client.catalog.DeleteItem(catalog.DeleteItemRequest(name=message.name))
    assert outcome(about(admin, item_id, surface)) == "UNKNOWN"
    assert outcome(about(admin, "never", surface)) == "UNKNOWN"


def test_rules_are_named_where_they_acted(client, admin, surface):
    first, *rest = ids(page(client, surface, page_size=200))
    prefix = f"servingConfigs/{surface}/rules/"
    admin.rule(surface, "gone", block={}, item_ids=[first])
    found = about(admin, first, surface)
    assert (outcome(found), list(found.rules)) == ("BLOCKED", [prefix + "gone"])
    admin.rule(surface, "choice", pin={"position": 3}, item_ids=[rest[100]])
    found = about(admin, rest[100], surface)
    assert (outcome(found), found.position, list(found.rules)) == ("SHOWN", 3, [prefix + "choice"])
    editorial = recommendation_pb2.REASON_CODE_EDITORIAL
    assert editorial in [reason.code for reason in found.reasons]
    assert outcome(about(admin, rest[9], surface)) == "DISPLACED"
    admin.rule(surface, "lift", boost={"factor": 10}, item_ids=[rest[50]])
    found = about(admin, rest[50], surface)
    assert list(found.rules) == [prefix + "lift"]
    assert found.ranking.boosted_score == pytest.approx(10 * found.ranking.score)
    assert found.ranking.boosted_place < found.ranking.place
    told = admin.explain(request={"user_id": "u080", "serving_config": surface})
    assert set(told.rules) == {prefix + name for name in ("gone", "choice", "lift")}
    assert {each.name: each.dropped_count for each in told.filters}["blocked"] == 1


def test_a_cap_and_diversity_are_told_from_the_score(client, admin, shop, surface):
    before = ids(page(client, surface))
    admin.rule(surface, "variety", cap={"attribute": "category", "limit": 1, "window": 5})
    after = ids(page(client, surface))
    off = [each for each in before if each not in after]
    assert off
    for each in off:
        found = about(admin, each, surface)
        assert outcome(found) == "CAPPED" and found.ranking.place < 10
        assert list(found.rules) == [f"servingConfigs/{surface}/rules/variety"]
    admin.delete_rule(surface, "variety")
    diverse = ids(page(client, surface, diversity=0.9))
    off = [each for each in before if each not in diverse]
    assert off
    for each in off:
        found = about(admin, each, surface, diversity=0.9)
        assert outcome(found) == "DIVERSITY" and found.ranking.place < 10


def test_how_far_an_item_came(client, admin, surface):
    request = {"user_id": "u080", "serving_config": surface}
    ranked = ids(client.recommend(**request, page_size=200))
    found = about(admin, ranked[60], surface)
    assert (outcome(found), found.position, found.ranking.place) == ("LATER_PAGE", 60, 60)
    admin.change(surface, feed_length=30)
    found = about(admin, ranked[60], surface)
    assert (outcome(found), found.HasField("position")) == ("BEYOND_FEED", False)
    admin.change(surface, shortlist=20)
    told = admin.explain(request=request, max_dropped_items=1000)
    beyond = [each for each in told.dropped_items if outcome(each) == "BEYOND_SHORTLIST"]
    assert [each.pre_rank.place for each in beyond] == list(range(20, 20 + len(beyond)))
    admin.change(surface, candidates=30)
    told = admin.explain(request=request, max_dropped_items=1000)
    assert "BEYOND_CANDIDATES" in {outcome(each) for each in told.dropped_items}
    admin.change(surface, sources={"popular": 25}, source_timeout={"seconds": 5})
    told = admin.explain(*ranked, request=request)
    assert "NOT_RETRIEVED" in {outcome(each) for each in told.asked_items}


def test_requests_that_cannot_be_explained_are_refused(admin, surface):
    found = refused(admin.explain, request={"page_token": "x"})
    assert found.fields == ["request.page_token"]
    found = refused(admin.explain, request={"filter": 'colour = "red"'})
    assert (found.reason, found.fields) == ("UNKNOWN_ATTRIBUTE", ["request.filter"])
    found = refused(admin.explain, request={"serving_config": "nowhere"})
    assert found.reason == "UNKNOWN_SERVING_CONFIG"
    assert refused(admin.explain, *["x"] * 201).fields == ["item_ids"]
