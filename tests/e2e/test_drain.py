"""SIGTERM: the server says so, finishes what is under way, and ends with everything saved."""

from __future__ import annotations

import queue
import signal
import threading

import grpc
import pytest
from grpc_health.v1 import health_pb2

from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import (
    event_service_pb2,
    recommendation_service_pb2,
    user_service_pb2,
)
from tests.e2e.harness.client import event, ids
from tests.e2e.harness.logs import logged_events
from tests.e2e.harness.refusals import refusal_of
from tests.e2e.harness.waiting import eventually
from tests.e2e.test_operations import write_many

UNDER_WAY = 48


def test_requests_under_way_are_answered(start_server):
    server = start_server()
    server.client.recommend(user_id="u001")
    request = recommendation_service_pb2.RecommendRequest(user_id="u001", page_size=200)
    stub = server.client.recommendations
    calls = [stub.Recommend.future(request, timeout=30) for _ in range(UNDER_WAY)]
    writes = [
        server.client.events.WriteEvent.future(
            event_service_pb2.WriteEventRequest(event=event("click", "i001", user=f"d{n}")),
            timeout=30,
        )
        for n in range(UNDER_WAY)
    ]
    # All share an open connection, on which the server reads them in order: with the writes, which
    # came last, answered, it has read the others too, and they take longer.
    offsets = {write.result().offset for write in writes}
    server.process.send_signal(signal.SIGTERM)
    assert all(len(call.result().recommendations) == 200 for call in calls)
    assert len(offsets) == UNDER_WAY
    assert server.wait() == 0
    assert offsets <= {each.offset for each in logged_events(server.data_dir)}


def test_a_call_that_waits_is_answered_within_the_drain(start_server):
    server = start_server()
    write_many(server.data_dir / "imports", "draining")
    begun = server.client.events.ImportEvents(
        event_service_pb2.ImportEventsRequest(path="many.csv", columns={"default_type": 2})
    )
    request = operations_pb2.WaitOperationRequest(name=begun.name, timeout={"seconds": 1})
    waiting = server.client.operations.WaitOperation.future(request, timeout=30)
    # Answered behind the other on the same connection.
    server.client.operations.GetOperation(operations_pb2.GetOperationRequest(name=begun.name))
    server.process.send_signal(signal.SIGTERM)
    assert waiting.result().name == begun.name
    assert server.wait() == 0
    # What was not finished goes on after the next start.
    again = start_server(data_dir=server.data_dir)
    done = again.client.wait(begun)
    assert done.HasField("response")


def test_health_says_so_and_streams_end_with_what_they_have_sent_answered(start_server):
    server = start_server()
    watch = server.client.health.Watch(health_pb2.HealthCheckRequest(), timeout=30)
    assert next(watch).status == health_pb2.HealthCheckResponse.SERVING
    sent, answered = queue.SimpleQueue(), []
    stream = server.client.events.StreamEvents(iter(sent.get, None), timeout=30)
    messages = [event("click", "i001", user="streamer") for _ in range(20)]
    for message in messages:
        sent.put(event_service_pb2.StreamEventsRequest(event=message))
    answered = [next(stream).result.event_id for _ in messages]
    server.process.send_signal(signal.SIGTERM)
    assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
    with pytest.raises(StopIteration):
        next(watch)
    with pytest.raises(grpc.RpcError) as caught:
        next(stream)
    sent.put(None)
    found = refusal_of(caught.value)
    assert (found.code, found.reason) == ("UNAVAILABLE", "DEPENDENCY_UNAVAILABLE")
    assert sorted(answered) == sorted(each.event_id for each in messages)
    assert server.wait() == 0


def test_no_call_fails_with_anything_but_unavailable_while_the_server_goes(start_server):
    server = start_server()
    request = recommendation_service_pb2.RecommendRequest(user_id="u001")
    stub, codes, is_over = server.client.recommendations, [], threading.Event()

    def ask():
        while not is_over.is_set():
            try:
                assert len(stub.Recommend(request, timeout=30).recommendations) == 20
                codes.append(grpc.StatusCode.OK)
            except grpc.RpcError as error:
                codes.append(error.code())
                return

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(codes) > 50)
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    is_over.set()
    for thread in threads:
        thread.join()
    assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.UNAVAILABLE}
    assert codes.count(grpc.StatusCode.UNAVAILABLE) == len(threads)


def test_a_second_signal_changes_nothing(start_server):
    server = start_server()
    server.client.recommend(user_id="u001")
    for _ in range(2):
        server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0


def test_what_was_learned_is_there_after_a_stop(start_server, user):
    server = start_server()
    server.client.write(event("hide", "i003", user=user))
    message = user_service_pb2.UpdateUserRequest(user={"name": f"users/{user}"}, allow_missing=True)
    server.client.users.UpdateUser(message)
    assert server.stop() == 0
    again = start_server(data_dir=server.data_dir).client
    shown = [each for page in again.pages(user_id=user, page_size=200) for each in ids(page)]
    assert len(shown) >= 298 and "i003" not in shown
    assert again.users.GetUser(user_service_pb2.GetUserRequest(name=f"users/{user}"))
