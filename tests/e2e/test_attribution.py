"""The attribution token: signed, brought back by events, and kept with them."""

from __future__ import annotations

import base64

import pytest

from server.gen.shortlist.internal.v1 import token_pb2
from server.gen.shortlist.v1 import (
    event_service_pb2,
    recommendation_service_pb2,
    user_service_pb2,
)
from tests.e2e.harness.client import event, ids, new_id
from tests.e2e.harness.logs import logged_events
from tests.e2e.harness.refusals import refused


def write(client, message):
    return client.events.WriteEvent(event_service_pb2.WriteEventRequest(event=message))


def payload_of(token):
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    signed = token_pb2.SignedToken.FromString(raw)
    return token_pb2.AttributionToken.FromString(signed.payload)


@pytest.mark.parametrize("kind", ["impression", "click", "purchase"])
def test_a_token_comes_back_on_events_and_names_its_slate(client, server, user, kind):
    name = new_id("slate")
    reply = client.recommend(user_id=user, serving_config="explore", request_id=name)
    message = event(kind, ids(reply)[0], user=user, attribution_token=reply.attribution_token)
    offset = write(client, message).offset
    (logged,) = logged_events(server.data_dir, after=offset - 1)[:1]
    assert logged.event.slate_request_id == name
    assert logged.event.slate_serving_config == "explore"
    assert logged.event.attribution_token == reply.attribution_token


def test_a_token_of_somebody_elses_slate_credits_nothing(client, server, user):
    """The event itself counts; a slate of nobody in particular can be anybody's."""
    theirs = client.recommend(user_id=new_id("user")).attribution_token
    shared = client.recommend(request_id=new_id("slate")).attribution_token
    for token, is_credited in ((theirs, False), (shared, True)):
        offset = write(client, event("click", "i001", user=user, attribution_token=token)).offset
        (logged,) = logged_events(server.data_dir, after=offset - 1)[:1]
        assert bool(logged.event.slate_request_id) == is_credited
        assert logged.event.attribution_token == (token if is_credited else "")


@pytest.mark.parametrize("is_merged", [True, False])
def test_what_a_visitor_was_served_is_credited_to_the_user_it_becomes(
    client, server, user, is_merged
):
    visitor = new_id("visitor")
    token = client.recommend(visitor_id=visitor).attribution_token
    if is_merged:
        client.users.MergeUsers(
            user_service_pb2.MergeUsersRequest(user=f"users/{user}", visitor_id=visitor)
        )
    offset = write(client, event("click", "i001", user=user, attribution_token=token)).offset
    (logged,) = logged_events(server.data_dir, after=offset - 1)[:1]
    assert logged.event.attribution_token == token and logged.event.slate_request_id


def test_a_token_carries_what_evaluation_needs(client):
    reply = client.recommend(user_id="u080", request_id="attributed", page_size=3)
    payload = payload_of(reply.attribution_token)
    assert (payload.request_id, payload.serving_config) == ("attributed", "home")
    assert payload.model_versions == {each.component: each.version for each in reply.model_versions}
    assert len(payload.slate_digest) == 16 and not payload.shared
    other = client.recommend(user_id="u081", request_id="attributed", page_size=3)
    assert payload_of(other.attribution_token).slate_digest != payload.slate_digest


def test_replies_without_a_subject_are_marked_shared(client):
    service = recommendation_service_pb2
    replies = [
        client.recommend(),
        client.recommendations.RecommendSimilar(service.RecommendSimilarRequest(item_id="i001")),
        client.recommendations.ListTrending(service.ListTrendingRequest()),
        client.recommendations.ComposePage(
            service.ComposePageRequest(shelves=[{"serving_config": "home"}])
        ).shelves[0],
        client.recommendations.RankItems(service.RankItemsRequest(item_ids=["i001"])),
    ]
    assert all(payload_of(reply.attribution_token).shared for reply in replies)


def test_a_shared_surface_ignores_who_asks(client):
    replies = [client.recommend(user_id=each, serving_config="trending") for each in ("u001", "u2")]
    assert ids(replies[0]) == ids(replies[1])
    assert all(payload_of(each.attribution_token).shared for each in replies)


def test_every_page_and_shelf_has_a_token_of_its_own(client):
    first = client.recommend(user_id="u082", page_size=5)
    second = client.recommend(user_id="u082", page_size=5, page_token=first.next_page_token)
    assert first.attribution_token != second.attribution_token
    page = client.recommendations.ComposePage(
        recommendation_service_pb2.ComposePageRequest(
            user_id="u082", shelves=[{"serving_config": "home"}, {"serving_config": "explore"}]
        )
    )
    named = [payload_of(shelf.attribution_token) for shelf in page.shelves]
    assert [each.serving_config for each in named] == ["home", "explore"]
    assert named[0].request_id != named[1].request_id


def test_a_tampered_or_foreign_token_is_an_invalid_request(client, user):
    reply = client.recommend(user_id=user, page_size=5)
    good = reply.attribution_token
    raw = bytearray(base64.urlsafe_b64decode(good + "=" * (-len(good) % 4)))
    raw[len(raw) // 2] ^= 1
    forged = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    for token in (forged, good[:-2], "nonsense", reply.next_page_token):
        message = event("click", "i001", user=user, attribution_token=token)
        found = refused(write, client, message)
        assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
        assert found.fields == ["event.attribution_token"]


def test_a_token_outlives_a_restart(start_server, user):
    server = start_server()
    token = server.client.recommend(user_id=user, request_id="before").attribution_token
    server.stop()
    again = start_server(data_dir=server.data_dir)
    message = event("click", "i001", user=user, attribution_token=token)
    offset = write(again.client, message).offset
    (logged,) = logged_events(again.data_dir, after=offset - 1)
    assert logged.event.slate_request_id == "before"
