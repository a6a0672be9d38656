"""Page tokens: opaque, bound to their request, signed, and mortal."""

from __future__ import annotations

import base64

import grpc
import pytest

from server.gen.shortlist.v1 import catalog_service_pb2
from server.gen.shortlist.v1.recommendation_service_pb2 import RecommendRequest
from tests.e2e.harness.client import ids
from tests.e2e.harness.refusals import refused
from tests.e2e.harness.waiting import eventually

ASKED = {"user_id": "u040", "serving_config": "home_plain", "filter": "price > 10"}


@pytest.fixture(scope="module")
def token(server):
    return server.client.recommend(**ASKED, page_size=10).next_page_token


def refusal_with(client, page_token, **changes):
    request = RecommendRequest(**{**ASKED, **changes}, page_token=page_token)
    return refused(client.recommendations.Recommend, request)


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": "u041"},
        {"serving_config": "home"},
        {"filter": "price > 11"},
        {"exclude_item_ids": ["i001"]},
        {"seed_item_ids": ["i001"]},
        {"diversity": 0.5},
        {"context": {"platform": "tv"}},
        {"context": {"surface_attributes": {"tab": "1"}}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_request_is_an_invalid_page_token(client, token, change):
    found = refusal_with(client, token, **change)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_PAGE_TOKEN")
    assert found.fields == ["page_token"]


def test_the_clients_clock_may_go_on_from_page_to_page(client):
    first = client.recommend(**ASKED, context={"platform": "tv", "client_time": {"seconds": 1}})
    client.recommend(
        **ASKED,
        context={"platform": "tv", "client_time": {"seconds": 2}},
        page_token=first.next_page_token,
    )


def test_no_changed_byte_of_a_token_goes_unnoticed(client, token):
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1
        forged = base64.urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()
        assert refusal_with(client, forged).reason == "INVALID_PAGE_TOKEN"


def test_foreign_tokens_are_invalid_page_tokens(client, token):
    reply = client.recommend(**ASKED)
    listing = client.catalog.ListItems(catalog_service_pb2.ListItemsRequest(page_size=1))
    for foreign in ("x", "%%%", token[:-3], reply.attribution_token, listing.next_page_token):
        assert refusal_with(client, foreign).reason == "INVALID_PAGE_TOKEN"


def test_a_token_of_another_deployment_is_an_invalid_page_token(client, token, start_server):
    other = start_server()
    (other.data_dir / "token-keys.json").stat()
    theirs = other.client.recommend(**ASKED, page_size=10).next_page_token
    assert refusal_with(client, theirs).reason == "INVALID_PAGE_TOKEN"
    assert refusal_with(other.client, token).reason == "INVALID_PAGE_TOKEN"


def test_a_page_token_of_a_listing_refuses_a_feeds(client, token):
    request = catalog_service_pb2.ListItemsRequest(page_token=token)
    assert refused(client.catalog.ListItems, request).reason == "INVALID_PAGE_TOKEN"


def test_a_token_expires_with_its_feed(client):
    asked = {"user_id": "u042", "serving_config": "brief", "page_size": 10}
    first = client.recommend(**asked)
    request = RecommendRequest(**asked, page_token=first.next_page_token)

    def expired():
        try:
            client.recommendations.Recommend(request)
        except grpc.RpcError:
            return True
        return False

    eventually(expired, within_s=5)
    found = refused(client.recommendations.Recommend, request)
    assert (found.code, found.reason) == ("FAILED_PRECONDITION", "PAGE_TOKEN_EXPIRED")
    # A new feed begins at once.
    assert len(ids(client.recommend(**asked))) == 10
