"""Stochastic slots: what is drawn is logged with its exact probability, and with its features."""

from __future__ import annotations

from collections import Counter

import pytest

from server.gen.shortlist.v1 import recommendation_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.e2e.harness.client import ids, new_id
from tests.e2e.harness.config import PATIENT
from tests.e2e.harness.logs import logged_slates

EXPLORED = recommendation_pb2.ReasonCode.REASON_CODE_EXPLORATION
SLOTS, RATE, POOL, ASKED = {1, 4, 12}, 0.5, 6, 60
CONFIG = f"""
[surfaces.curious]
like = "home_plain"
source_timeout_s = 5.0
[surfaces.curious.exploration]
positions = {sorted(SLOTS)}
rate = {RATE}
pool_size = {POOL}
"""


@pytest.fixture(scope="module")
def served(module_servers):
    """What a server answered, by request id, and its slate log after it has stopped."""
    server = module_servers.start(PATIENT, CONFIG)
    replies, client = {}, server.client
    for number in range(ASKED):
        asked = {"user_id": "u090", "serving_config": "curious", "page_size": 10}
        asked["request_id"] = f"first-{number}"
        reply = replies[asked["request_id"]] = client.recommend(**asked, include_reasons=True)
        asked |= {"request_id": f"second-{number}", "page_token": reply.next_page_token}
        replies[asked["request_id"]] = client.recommend(**asked, include_reasons=True)
    plain = {"user_id": "u090", "serving_config": "home_plain", "page_size": 20}
    replies["plain"] = client.recommend(**plain, request_id="plain")
    page = client.recommendations.ComposePage(
        service.ComposePageRequest(
            visitor_id="v",
            request_id="page",
            shelves=[{"serving_config": "curious", "page_size": 6}] * 2,
        )
    )
    replies |= {f"page.{at}": shelf for at, shelf in enumerate(page.shelves)}
    ranked = service.RankItemsRequest(item_ids=["i001", "i002"], user_id="u091")
    ranked.request_id = "ranked"
    replies["ranked"] = client.recommendations.RankItems(ranked)
    for anonymous in ("anonymous-1", "anonymous-2"):
        asked = {"serving_config": "curious", "request_id": anonymous, "page_size": 20}
        replies[anonymous] = client.recommend(**asked)
    client.recommendations.RecommendSimilar(
        service.RecommendSimilarRequest(item_id="i001", request_id="similar")
    )
    client.recommend(user_id="u090", request_id="checked", validate_only=True)
    version = (server.data_dir / "models" / "CURRENT").read_text().strip()
    assert server.stop() == 0
    slates = {each.request_id: each for each in logged_slates(server.data_dir)}
    return replies, slates, version


def test_every_personal_page_is_logged_as_it_was_served(served):
    replies, slates, version = served
    assert set(slates) == {name for name in replies if not name.startswith("anonymous")}
    for name, slate in slates.items():
        reply = replies[name]
        assert list(slate.item_ids) == ids(reply)
        assert slate.positions.tolist() == [each.position for each in reply.recommendations]
        assert slate.scores.tolist() == [each.score for each in reply.recommendations]
        assert slate.model_version == version
    assert slates["first-0"].subject_key == "u090"
    assert slates["page.0"].subject_key == "visitor:v"
    assert slates["page.0"].serving_config == "curious"


def test_only_the_slots_have_propensities_below_1_and_they_are_exact(served):
    _, slates, _ = served
    drawn = [
        slate for name, slate in slates.items() if name.partition("-")[0] in ("first", "second")
    ]
    assert len(drawn) == 2 * ASKED
    for slate in drawn:
        for position, propensity in zip(slate.positions, slate.propensities, strict=True):
            if position in SLOTS:
                assert propensity in (1 - RATE, pytest.approx(RATE / POOL))
            else:
                assert propensity == 1.0
    for name in ("plain", "ranked"):
        assert set(slates[name].propensities.tolist()) == {1.0}


def test_slots_explore_at_their_rate_and_say_so(served):
    replies, slates, _ = served
    explored = Counter()
    for name in (each for each in slates if each.startswith(("first", "second"))):
        for one, propensity in zip(
            replies[name].recommendations, slates[name].propensities, strict=True
        ):
            is_explored = one.position in SLOTS and propensity < 1 - RATE
            assert is_explored == (EXPLORED in [each.code for each in one.reasons])
            explored[one.position] += is_explored
    # Sixty tosses of a fair coin: outside of these once in a hundred thousand.
    assert all(13 <= explored[slot] <= 47 for slot in SLOTS)
    assert sum(explored.values()) == sum(explored[slot] for slot in SLOTS)


def test_the_pool_is_what_the_score_puts_next(served):
    replies, slates, _ = served
    plain = ids(replies["plain"])
    for name in (each for each in slates if each.startswith("first")):
        first = ids(replies[name])
        assert first[0] == plain[0]
        assert first[1] in plain[1 : 2 + POOL]


def test_slates_carry_the_features_that_ranked_them(served):
    _, slates, _ = served
    for name in ("first-0", "second-0", "page.1", "ranked"):
        slate = slates[name]
        assert slate.features is not None, name
        assert slate.features.shape == (len(slate.item_ids), len(slate.feature_names))
        assert "candidate.co_engaged" in slate.feature_names
    assert slates["first-0"].features.any()


def test_nothing_is_random_for_replies_that_may_be_cached(served):
    replies, _, _ = served
    assert ids(replies["anonymous-1"]) == ids(replies["anonymous-2"])


def test_new_ids_draw_anew(client):
    user = new_id("user")
    drawn = {tuple(ids(client.recommend(user_id=user, serving_config="explore"))) for _ in range(5)}
    assert len(drawn) > 1
