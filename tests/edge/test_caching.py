"""Replies without a subject are kept, revalidated and forgotten in time."""

from __future__ import annotations

import time

import pytest

from server.gen.shortlist.v1 import catalog_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.e2e.harness.client import item, new_id
from tests.edge.harness import connect, get, send

SHARED = ("/v1/trending?page_size=5", "/v1/items/i001:similar?page_size=5")


def fresh_page(port, path):
    """Return a reply that was just made: an earlier test's is no older than 5 s."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        reply = get(port, path)
        if reply.headers["cache-status"] == "shortlist; fwd=miss":
            return reply
        time.sleep(0.05)
    raise AssertionError("a kept reply was served for more than 5 s")


@pytest.mark.parametrize("path", SHARED)
def test_a_shared_reply_is_served_from_cache_with_its_age(edge, path):
    first = fresh_page(edge.port, path)
    assert first.headers["cache-control"] == "public, max-age=5"
    assert first.headers["age"] == "0"
    time.sleep(1.1)
    second = get(edge.port, path)
    assert second.headers["cache-status"] == "shortlist; hit"
    assert second.headers["age"] == "1"
    assert second.headers["etag"] == first.headers["etag"]
    slate, kept = first.json(), second.json()
    assert kept["recommendations"] == slate["recommendations"]
    assert kept["attributionToken"] == slate["attributionToken"]
    # Each request has an id of its own all the same.
    assert kept["requestId"] != slate["requestId"]


@pytest.mark.parametrize("path", SHARED)
def test_an_unchanged_reply_is_revalidated_without_a_body(edge, path):
    first = get(edge.port, path)
    etag = first.headers["etag"]
    assert etag.startswith('W/"')
    for sent in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = get(edge.port, path, if_none_match=sent)
        assert (again.status, again.body) == (304, b""), sent
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == "public, max-age=5"
    assert get(edge.port, path, if_none_match='"other"').status == 200


def test_what_the_reply_depends_on_is_said(edge):
    reply = get(edge.port, SHARED[0], Origin="http://tv.example", accept_encoding="gzip")
    varies = {name.strip().lower() for name in reply.headers["vary"].split(",")}
    # A strict caller must not get what another was told of a misspelt parameter (RFC 7240).
    assert varies == {"accept-encoding", "origin", "prefer"}


def test_authorised_requests_are_served_from_cache_too(guarded_edge, credentials):
    path = "/v1/trending?page_size=7"
    for headers in (credentials.key("client"), credentials.token("valid")):
        get(guarded_edge.port, path, **headers)
        reply = get(guarded_edge.port, path, **headers)
        assert reply.headers["cache-status"] == "shortlist; hit"
    # But never without credentials.
    assert get(guarded_edge.port, path).status == 401


def test_every_protocol_shares_the_kept_reply(edge, open_server):
    path = "/v1/trending?page_size=6"
    token = fresh_page(edge.port, path).json()["attributionToken"]
    by_connect = connect(
        edge.port, "/shortlist.v1.RecommendationService/ListTrending", {"pageSize": 6}
    )
    assert by_connect.json()["attributionToken"] == token
    request = service.ListTrendingRequest(page_size=6)
    reply, call = open_server.client.recommendations.ListTrending.with_call(request)
    assert reply.attribution_token == token
    assert dict(call.initial_metadata())["cache-status"] == "shortlist; hit"


def test_another_request_gets_another_reply(edge):
    five, four = get(edge.port, SHARED[0]), get(edge.port, "/v1/trending?page_size=4")
    assert five.headers["etag"] != four.headers["etag"]
    assert len(four.json()["recommendations"]) == 4


def test_a_deleted_item_is_gone_from_the_next_reply(edge, open_server):
    shown = [each["itemId"] for each in get(edge.port, SHARED[0]).json()["recommendations"]]
    created = new_id("item")
    catalog = open_server.client.catalog
    catalog.DeleteItem(catalog_service_pb2.DeleteItemRequest(name=f"items/{shown[0]}"))
    try:
        after = get(edge.port, SHARED[0])
        assert after.headers["cache-status"] == "shortlist; fwd=miss"
        assert shown[0] not in [each["itemId"] for each in after.json()["recommendations"]]
    finally:
        catalog.CreateItem(catalog_service_pb2.CreateItemRequest(item=item(shown[0], created)))


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("POST", "/v1/recommendations:recommend", '{"userId": "u001"}'),
        ("POST", "/v1/recommendations:recommend", "{}"),
        ("GET", "/v1/items/i001", None),
        ("GET", "/v1/catalog", None),
    ],
)
def test_other_replies_are_not_kept(edge, verb, path, body):
    json_type = {"content-type": "application/json"}
    reply = send(edge.port, verb, path, headers=json_type, body=body)
    assert reply.status == 200
    assert reply.headers["cache-control"] == "private, no-store"
    assert "etag" not in reply.headers


def test_refusals_are_not_kept(edge):
    for path in ("/v1/trending?page_size=999", "/v1/nothing"):
        assert "no-store" in get(edge.port, path).headers["cache-control"]
