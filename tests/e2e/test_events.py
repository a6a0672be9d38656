"""Events: one, many, a stream; replays, conflicts, clocks; what a reply promises."""

from __future__ import annotations

import time

import pytest

from server.gen.shortlist.v1 import event_pb2
from server.gen.shortlist.v1 import event_service_pb2 as service
from tests.e2e.harness.client import event, new_id
from tests.e2e.harness.logs import logged_events
from tests.e2e.harness.refusals import Refusal, refused

DAY_S = 86_400


def write(client, message, **fields):
    return client.events.WriteEvent(service.WriteEventRequest(event=message, **fields))


def at(seconds_ahead):
    return {"seconds": int(time.time()) + seconds_ahead}


def outcomes(reply):
    """Return "accepted", "duplicate" or the reason, for each event of a batch."""
    found = []
    for each in reply.results:
        if each.WhichOneof("outcome") == "error":
            found.append(Refusal(each.error).reason)
        else:
            found.append("duplicate" if each.accepted.duplicate else "accepted")
    return found


def test_an_event_is_in_the_log_when_its_reply_comes(client, server, user):
    message = event(
        "purchase",
        user=user,
        session_id="visit 1",
        context={"platform": "web", "device_class": 1, "surface_attributes": {"tab": "new"}},
    )
    message.items.add(item_id="i001", quantity=2, price=9.5, position=3, dwell={"seconds": 90})
    message.items.add(item_id="i002")
    reply = write(client, message)
    assert not reply.duplicate
    (logged,) = logged_events(server.data_dir, after=reply.offset - 1)[:1]
    assert (logged.offset, logged.event.event_id) == (reply.offset, message.event_id)
    assert logged.event.subject.key == user
    first, second = logged.event.items
    assert (first.quantity, first.price, first.position, first.dwell_ms) == (2, 9.5, 3, 90_000)
    assert (second.item_id, second.quantity) == ("i002", None)
    assert logged.event.session_id == "visit 1"
    assert logged.event.context == {"platform": "web", "device_class": "phone", "tab": "new"}


def test_offsets_increase(client, user):
    offsets = [write(client, event("view", "i001", user=user)).offset for _ in range(3)]
    assert offsets == sorted(set(offsets))


def test_a_replay_is_accepted_without_effect(client, server, user):
    message = event("click", "i003", user=user)
    first, second = write(client, message), write(client, message)
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.offset == second.offset
    logged = logged_events(server.data_dir, after=first.offset - 1)
    assert [each.event.event_id for each in logged].count(message.event_id) == 1


def test_of_many_replays_at_once_one_has_an_effect(client, server, user):
    request = service.WriteEventRequest(event=event("click", "i003", user=user))
    calls = [client.events.WriteEvent.future(request, timeout=30) for _ in range(60)]
    replies = [call.result() for call in calls]
    assert sorted(each.duplicate for each in replies) == [False] + [True] * 59
    (offset,) = {each.offset for each in replies}
    logged = logged_events(server.data_dir, after=offset - 1)
    assert [each.event.event_id for each in logged].count(request.event.event_id) == 1


def test_the_same_id_with_another_payload_is_a_conflict(client, user):
    message = event("click", "i003", user=user)
    write(client, message)
    message.items[0].position = 1
    found = refused(write, client, message)
    assert (found.code, found.reason) == ("ALREADY_EXISTS", "EVENT_ID_CONFLICT")
    assert found.details["ResourceInfo"].resource_name == message.event_id


def test_a_batch_answers_for_each_event_in_order(client, user):
    good, twin = event("click", "i001", user=user), event("like", "i002", user=user)
    conflicting = event("like", "i004", user=user, event_id=twin.event_id)
    batch = [
        *(good, good, twin, conflicting),
        event("click", "a/b", user=user),
        event("click", user=user),
        event("rate", "i001", user=user),
        event("click", "i001", user=user, event_time=at(-31 * DAY_S)),
        event("click", "i001", user=user, event_time=at(301)),
        event("view", "never-heard-of", user=user),
    ]
    reply = client.events.BatchWriteEvents(service.BatchWriteEventsRequest(events=batch))
    assert [each.event_id for each in reply.results] == [each.event_id for each in batch]
    assert outcomes(reply) == [
        *("accepted", "duplicate", "accepted", "EVENT_ID_CONFLICT"),
        *("INVALID_REQUEST", "INVALID_REQUEST", "INVALID_REQUEST"),
        *("EVENT_TOO_OLD", "EVENT_FROM_FUTURE", "accepted"),
    ]
    replayed = client.events.BatchWriteEvents(service.BatchWriteEventsRequest(events=batch))
    assert outcomes(replayed).count("duplicate") == 4


def test_the_errors_of_a_batch_name_their_fields(client, user):
    bad = event("rate", "i001", user=user)
    (result,) = client.events.BatchWriteEvents(
        service.BatchWriteEventsRequest(events=[bad])
    ).results
    found = Refusal(result.error)
    assert (found.code, found.fields) == ("INVALID_ARGUMENT", ["event.items[0].rating"])


def test_500_events_fit_into_a_batch_and_no_more(client, user):
    events = [event("view", "i001", user=user) for _ in range(501)]
    request = service.BatchWriteEventsRequest(events=events)
    found = refused(client.events.BatchWriteEvents, request)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "BATCH_TOO_LARGE")
    assert found.fields == ["events"]
    assert len(client.write(*events[:500])) == 500
    empty = refused(client.events.BatchWriteEvents, service.BatchWriteEventsRequest())
    assert (empty.reason, empty.fields) == ("INVALID_REQUEST", ["events"])


@pytest.mark.parametrize(
    ("seconds_ahead", "reason"),
    [
        (-31 * DAY_S, "EVENT_TOO_OLD"),
        (-29 * DAY_S, None),
        (240, None),
        (310, "EVENT_FROM_FUTURE"),
    ],
)
def test_events_too_old_or_ahead_are_refused(client, user, seconds_ahead, reason):
    message = event("click", "i001", user=user, event_time=at(seconds_ahead))
    if reason is None:
        assert not write(client, message).duplicate
        return
    found = refused(write, client, message)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", reason)
    assert found.fields == ["event.event_time"]


@pytest.mark.parametrize("wrong_by_s", [-400 * DAY_S, 400 * DAY_S])
def test_a_wrong_client_clock_is_corrected_by_sent_time(client, server, user, wrong_by_s):
    message = event("click", "i001", user=user, event_time=at(wrong_by_s - 60))
    reply = write(client, message, sent_time=at(wrong_by_s))
    (logged,) = logged_events(server.data_dir, after=reply.offset - 1)[:1]
    assert abs(logged.event.time_ms / 1000 - (time.time() - 60)) < 5


def test_a_corrected_event_may_still_be_too_old(client, user):
    message = event("click", "i001", user=user, event_time=at(-31 * DAY_S))
    assert refused(write, client, message, sent_time=at(0)).reason == "EVENT_TOO_OLD"
    batch = service.BatchWriteEventsRequest(events=[message], sent_time=at(0))
    assert outcomes(client.events.BatchWriteEvents(batch)) == ["EVENT_TOO_OLD"]


def test_an_event_without_time_happened_when_it_came(client, server, user):
    before = time.time()
    reply = write(client, event("click", "i001", user=user))
    (logged,) = logged_events(server.data_dir, after=reply.offset - 1)[:1]
    assert before - 1 <= logged.event.time_ms / 1000 <= time.time() + 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"event_id": ""}, "event.event_id"),
        ({"event_id": "a b"}, "event.event_id"),
        ({"event_id": "x" * 129}, "event.event_id"),
        ({"type": 0}, "event.type"),
        ({"type": 99}, "event.type"),
        ({"user_id": "a/b"}, "event.user_id"),
        ({"user_id": "ü"}, "event.user_id"),
        ({"items": []}, "event.items"),
        ({"items": [{"item_id": "x"}] * 201}, "event.items"),
        ({"items": [{"item_id": ""}]}, "event.items[0].item_id"),
        ({"items": [{"item_id": "a", "quantity": 0}]}, "event.items[0].quantity"),
        ({"items": [{"item_id": "a", "price": -1}]}, "event.items[0].price"),
        ({"items": [{"item_id": "a", "price": float("inf")}]}, "event.items[0].price"),
        ({"items": [{"item_id": "a", "rating": 6}]}, "event.items[0].rating"),
        ({"items": [{"item_id": "a", "position": -1}]}, "event.items[0].position"),
        ({"items": [{"item_id": "a", "dwell": {"seconds": -1}}]}, "event.items[0].dwell"),
        ({"session_id": "x" * 129}, "event.session_id"),
        ({"attribution_token": "foreign"}, "event.attribution_token"),
        ({"context": {"country": "de"}}, "event.context.country"),
    ],
    ids=str,
)
def test_every_field_out_of_range_is_named(client, change, field):
    fields = {"event_id": new_id(), "type": 2, "user_id": "u1", "items": [{"item_id": "i001"}]}
    found = refused(write, client, event_pb2.Event(**{**fields, **change}))
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert field in found.fields


def test_an_event_needs_a_subject(client):
    message = event_pb2.Event(event_id=new_id(), type=2, items=[{"item_id": "i001"}])
    assert refused(write, client, message).reason == "INVALID_REQUEST"


def test_a_stream_acknowledges_each_event(client, server):
    users = [new_id("streamer") for _ in range(40)]
    batch = [event("click", "i001", user=each) for each in users for _ in range(30)]
    bad = {0: event("click", "a/b", user="x"), 700: event("rate", "i001", user="x")}
    for place, message in bad.items():
        batch[place] = message
    requests = (service.StreamEventsRequest(event=each) for each in batch)
    found = {each.result.event_id: each.result for each in client.events.StreamEvents(requests)}
    assert set(found) == {each.event_id for each in batch}
    refused_ids = {key for key, each in found.items() if each.WhichOneof("outcome") == "error"}
    assert refused_ids == {each.event_id for each in bad.values()}
    offsets = [each.accepted.offset for each in found.values() if each.HasField("accepted")]
    assert len(set(offsets)) == len(batch) - 2
    logged = {each.offset for each in logged_events(server.data_dir, after=min(offsets) - 1)}
    assert set(offsets) <= logged


def test_a_stream_answers_while_it_is_open(client, user):
    sent = [event("click", "i001", user=user) for _ in range(3)]
    acknowledged = []

    def requests():
        for message in sent:
            yield service.StreamEventsRequest(event=message)
            # The next event leaves only once this one was acknowledged.
            deadline = time.monotonic() + 10
            while len(acknowledged) < sent.index(message) + 1:
                assert time.monotonic() < deadline
                time.sleep(0.005)

    stream = client.events.StreamEvents(requests())
    acknowledged.extend(reply.result.event_id for reply in stream)
    assert acknowledged == [each.event_id for each in sent]


def test_a_stream_takes_replays_and_conflicts_like_a_batch(client, user):
    message = event("click", "i001", user=user)
    other = event("click", "i002", user=user, event_id=message.event_id)
    requests = [service.StreamEventsRequest(event=each) for each in (message, message, other)]
    results = [each.result for each in client.events.StreamEvents(iter(requests))]
    kinds = sorted(
        Refusal(each.error).reason
        if each.HasField("error")
        else "duplicate"
        if each.accepted.duplicate
        else "accepted"
        for each in results
    )
    assert kinds == ["EVENT_ID_CONFLICT", "accepted", "duplicate"]
