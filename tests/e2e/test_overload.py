"""Load beyond the limit is shed at once: OVERLOADED, with the time after which to retry."""

from __future__ import annotations

import time

import grpc
import pytest

from server.gen.shortlist.v1 import event_service_pb2, recommendation_service_pb2
from tests.e2e.harness.client import event
from tests.e2e.harness.refusals import refusal_of
from tests.e2e.harness.waiting import eventually

# Two at a time, two that wait: what comes beyond is refused.
TIGHT = """
[gateway.admission.serving]
target_s = 5.0
initial = 2
minimum = 2
maximum = 2
queue_length = 2
queue_wait_s = 0.05
retry_after_s = 0.25
"""
REQUEST = recommendation_service_pb2.RecommendRequest(user_id="u003", page_size=200)


@pytest.fixture(scope="module")
def busy(module_servers):
    return module_servers.start(TIGHT)


def flood(server, count):
    """Send many calls at once; return the replies, the refusals and how long each of these took."""
    stub, done_s = server.client.recommendations, {}
    calls = []
    for _ in range(count):
        began_s = time.monotonic()
        call = stub.Recommend.future(REQUEST, timeout=30)
        call.add_done_callback(
            lambda call, began_s=began_s: done_s.update({id(call): time.monotonic() - began_s})
        )
        calls.append(call)
    replies, refusals, waits_s = [], [], []
    for call in calls:
        try:
            replies.append(call.result())
        except grpc.RpcError as error:
            refusals.append(refusal_of(error))
            eventually(lambda call=call: id(call) in done_s)
            waits_s.append(done_s[id(call)])
    return replies, refusals, waits_s


def test_what_is_too_much_is_refused_with_a_delay(busy):
    replies, refusals, _ = flood(busy, 150)
    assert replies and refusals
    assert len(replies) + len(refusals) == 150
    for each in refusals:
        assert (each.code, each.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert each.domain == "shortlist"
        assert 0.1 <= each.retry_s <= 0.4
    # Spread, so that not everyone comes back at once.
    assert len({each.retry_s for each in refusals}) > 1
    assert all(len(each.recommendations) == 200 for each in replies)


def test_it_is_refused_at_once_and_the_server_recovers(busy):
    _, refusals, waits_s = flood(busy, 150)
    assert refusals
    # Nobody waits for a turn that does not come.
    assert sorted(waits_s)[len(waits_s) // 2] < 1.0
    eventually(lambda: _served(busy.client))


def test_even_a_huge_burst_gets_a_reason_each(busy):
    replies, refusals, _ = flood(busy, 1500)
    assert len(replies) + len(refusals) == 1500
    assert {each.reason for each in refusals} == {"OVERLOADED"}
    eventually(lambda: _served(busy.client))


def _served(client):
    try:
        return client.recommend(user_id="u003")
    except grpc.RpcError as error:
        assert refusal_of(error).reason == "OVERLOADED"
        return None


def test_a_burst_of_recommendations_refuses_no_event(busy):
    stub, calls = busy.client.recommendations, []
    for number in range(100):
        calls.append(stub.Recommend.future(REQUEST, timeout=20))
        if number % 10 == 0:
            busy.client.write_one(event("click", "i001", user="patient"))
    for call in calls:
        call.exception()


def test_what_was_shed_is_counted(busy):
    flood(busy, 100)
    page = busy.metrics()
    (line,) = [each for each in page.splitlines() if each.startswith("shortlist_shed_total{")]
    assert 'lane="serving"' in line and float(line.split()[-1]) > 50


def test_a_burst_of_events_is_shed_too_and_nothing_acknowledged_is_lost(module_servers):
    server = module_servers.start(TIGHT.replace("serving", "storage"))
    stub = server.client.events
    events = [event("click", "i001", user="crowd") for _ in range(400)]
    calls = [
        stub.WriteEvent.future(event_service_pb2.WriteEventRequest(event=each), timeout=20)
        for each in events
    ]
    accepted, shed = [], 0
    for message, call in zip(events, calls, strict=True):
        try:
            call.result()
            accepted.append(message.event_id)
        except grpc.RpcError as error:
            assert refusal_of(error).reason == "OVERLOADED"
            shed += 1
    assert accepted and shed
    # Sending again what was refused is all that it takes.
    for message in events:
        eventually(lambda message=message: _written(server.client, message))


def _written(client, message):
    try:
        return client.write_one(message)
    except grpc.RpcError as error:
        assert refusal_of(error).reason == "OVERLOADED"
        return None
