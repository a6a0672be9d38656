"""Deadlines reach every stage; with too little time, Recommend answers from the fallback slate.

Everything else that has too little time is DEADLINE_TOO_SHORT.
"""

from __future__ import annotations

import time

import grpc
import pytest

from server.gen.shortlist.v1 import catalog_service_pb2, event_service_pb2, recommendation_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.e2e.harness.client import event, ids
from tests.e2e.harness.config import PATIENT
from tests.e2e.harness.refusals import refusal_of, refused
from tests.e2e.harness.waiting import eventually

FALLBACK = recommendation_pb2.DegradationKind.DEGRADATION_KIND_FALLBACK_SLATE
# Too little for the pipeline. It is the server's default, because the transport cuts off callers
# whose own deadline is that short before they could read the reply.
SHORT_S = 0.02


@pytest.fixture(scope="module")
def hasty(module_servers):
    """A client of a server that gives callers without a deadline next to no time."""
    return module_servers.start(
        PATIENT, f"[gateway.deadlines]\ndefault_s = {SHORT_S}\nminimum_s = 0.0\n"
    )


def without_deadline(client, method, request):
    """Call without any deadline, so that the server's default counts.

    Where a busy machine leaves not even the time to read the subject, ask again.
    """
    name = f"/shortlist.v1.RecommendationService/{method}"
    reply_type = getattr(service, f"{method}Response")
    call = client.raw.unary_unary(name, type(request).SerializeToString, reply_type.FromString)

    def reply():
        try:
            return call(request)
        except grpc.RpcError as error:
            assert refusal_of(error).reason == "DEADLINE_TOO_SHORT"
            return None

    return eventually(reply)


def test_a_request_with_too_little_time_gets_the_fallback_slate_and_is_told(hasty, shop):
    request = service.RecommendRequest(user_id="u003", page_size=10, include_reasons=True)
    reply = without_deadline(hasty.client, "Recommend", request)
    assert len(reply.recommendations) == 10
    assert [(each.kind, each.component) for each in reply.degradations] == [(FALLBACK, "deadline")]
    assert not reply.model_versions
    assert all(list(each.sources) == ["popular"] for each in reply.recommendations)
    scores = [each.score for each in reply.recommendations]
    assert scores == sorted(scores, reverse=True)
    # Safety never fails open: what was engaged with stays out of the fallback, too.
    assert not set(ids(reply)) & shop.of_user("u003", "click", "purchase")


def test_hidden_items_stay_out_of_the_fallback_slate(hasty, user):
    request = service.RecommendRequest(user_id=user, page_size=3)
    shown = ids(without_deadline(hasty.client, "Recommend", request))
    hasty.client.write(event("hide", *shown, user=user))
    assert not set(ids(without_deadline(hasty.client, "Recommend", request))) & set(shown)


def test_shelves_and_rankings_have_fallbacks_too(hasty):
    page = without_deadline(
        hasty.client,
        "ComposePage",
        service.ComposePageRequest(user_id="u003", shelves=[{"page_size": 5}] * 2),
    )
    found = [each for shelf in page.shelves for each in ids(shelf)]
    assert len(set(found)) == 10
    assert all(shelf.degradations[0].kind == FALLBACK for shelf in page.shelves)
    ranked = without_deadline(
        hasty.client, "RankItems", service.RankItemsRequest(item_ids=["i001", "i250"])
    )
    assert len(ranked.recommendations) == 2
    assert ranked.degradations[0].kind == FALLBACK


def test_a_real_deadline_is_kept(client):
    """Whatever time a caller leaves, it is never kept waiting past it."""
    outcomes = set()
    for deadline_s in (0.004, 0.008, 0.012, 0.016, 0.02, 0.03, 0.05, 0.1, 1.0):
        for _ in range(5):
            began = time.monotonic()
            request = service.RecommendRequest(user_id="u003")
            try:
                reply = client.recommendations.Recommend(request, timeout=deadline_s)
                kinds = {each.kind for each in reply.degradations}
                assert len(reply.recommendations) == 20
                outcomes.add("fallback" if FALLBACK in kinds else "ranked")
            except grpc.RpcError as error:
                assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
                outcomes.add("late")
            assert time.monotonic() - began < deadline_s + 0.5
    assert "ranked" in outcomes


def test_other_methods_refuse_what_they_cannot_finish(module_servers):
    server = module_servers.start(
        PATIENT, "[gateway.deadlines]\ndefault_s = 10.0\nminimum_s = 5.0\n"
    )
    client = server.client
    calls = (
        lambda: client.catalog.GetItem(
            catalog_service_pb2.GetItemRequest(name="items/i001"), timeout=3
        ),
        lambda: client.events.WriteEvent(
            event_service_pb2.WriteEventRequest(event=event("click", "i001", user="u")), timeout=3
        ),
        lambda: client.recommendations.ListTrending(service.ListTrendingRequest(), timeout=3),
    )
    for call in calls:
        found = refused(call)
        assert (found.code, found.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_TOO_SHORT")
        assert found.domain == "shortlist"
    # Recommend is answered however little time is left.
    request = service.RecommendRequest(user_id="u003")
    assert len(client.recommendations.Recommend(request, timeout=3).recommendations) == 20


def test_a_cancelled_call_stops_work_and_frees_its_place(server):
    client = server.client
    for _ in range(20):
        call = client.recommendations.Recommend.future(
            service.RecommendRequest(user_id="u003", page_size=200)
        )
        call.cancel()
        assert call.cancelled()
    eventually(lambda: 'shortlist_depth{what="serving_in_flight"} 0.0' in server.metrics())
    assert len(client.recommend(user_id="u003").recommendations) == 20


def test_a_cancelled_stream_ends(server, user):
    def requests():
        yield event_service_pb2.StreamEventsRequest(event=event("click", "i001", user=user))
        time.sleep(0.2)

    stream = server.client.events.StreamEvents(requests())
    assert next(stream).result.HasField("accepted")
    stream.cancel()
    with pytest.raises(grpc.RpcError) as caught:
        next(stream)
    assert caught.value.code() is grpc.StatusCode.CANCELLED
