"""EventService over real gRPC, with a log in memory behind it."""

import asyncio

import grpc

from server.core.errors import StorageFullError
from server.core.event_type import EventType
from server.gen.shortlist.v1 import event_pb2, event_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as recommendation
from tests.integration.gateway.conftest import refused

DAY_MS = 86_400_000


def event(event_id="e1", **over):
    fields = {"type": event_pb2.EVENT_TYPE_CLICK, "user_id": "ann", "items": [{"item_id": "i1"}]}
    return event_pb2.Event(event_id=event_id, **(fields | over))


def write(message):
    return event_service_pb2.WriteEventRequest(event=message)


async def test_an_event_is_written_as_it_was_sent(edge):
    message = event(
        type=event_pb2.EVENT_TYPE_PURCHASE,
        session_id="s",
        items=[{"item_id": "i1", "quantity": 2, "price": 9.5, "position": 0}, {"item_id": "i2"}],
    )
    message.items[1].dwell.FromMilliseconds(1500)
    message.context.platform = "web"
    message.event_time.FromMilliseconds(edge.fakes.clock.now_ms() - 1000)
    reply = await edge.event.WriteEvent(write(message), metadata=[("traceparent", TRACEPARENT)])
    assert (reply.duplicate, reply.offset) == (False, 1)
    (new,) = edge.fakes.events.events
    assert new.event.type is EventType.PURCHASE
    assert new.event.subject.key == "ann"
    assert [(each.quantity, each.price, each.position) for each in new.event.items] == [
        (2, 9.5, 0),
        (None, None, None),
    ]
    assert [each.dwell_ms for each in new.event.items] == [None, 1500]
    assert new.event.time_ms == message.event_time.ToMilliseconds()
    assert new.event.context == {"platform": "web"}
    assert new.traceparent == TRACEPARENT
    assert not new.is_imported


TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


async def test_a_replay_is_harmless_and_another_payload_conflicts(edge):
    await edge.event.WriteEvent(write(event()))
    assert (await edge.event.WriteEvent(write(event()))).duplicate
    refusal = await refused(edge.event.WriteEvent(write(event(user_id="bob"))))
    assert (refusal.code, refusal.reason) == ("ALREADY_EXISTS", "EVENT_ID_CONFLICT")
    assert refusal.details["ResourceInfo"].resource_name == "e1"


async def test_an_event_without_time_happened_now(edge):
    before_ms = edge.fakes.clock.now_ms()
    await edge.event.WriteEvent(write(event()))
    assert before_ms <= edge.fakes.events.events[0].event.time_ms <= edge.fakes.clock.now_ms()


async def test_a_wrong_client_clock_is_corrected(edge):
    now_ms = edge.fakes.clock.now_ms()
    request = write(event())
    request.sent_time.FromMilliseconds(now_ms + 90 * DAY_MS)
    request.event.event_time.FromMilliseconds(now_ms + 90 * DAY_MS - 2000)
    await edge.event.WriteEvent(request)
    assert abs(edge.fakes.events.events[0].event.time_ms - (now_ms - 2000)) < 1000


async def test_events_too_old_or_ahead_are_refused(edge):
    for shift_ms, reason in ((-31 * DAY_MS, "EVENT_TOO_OLD"), (10 * 60_000, "EVENT_FROM_FUTURE")):
        message = event()
        message.event_time.FromMilliseconds(edge.fakes.clock.now_ms() + shift_ms)
        refusal = await refused(edge.event.WriteEvent(write(message)))
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", reason)
        assert refusal.fields == ["event.event_time"]


async def test_what_is_wrong_is_named(edge):
    cases = (
        (event(type=0), "event.type"),
        (event(type=99), "event.type"),
        (event(user_id="a b"), "event.user_id"),
        (event(items=[]), "event.items"),
        (event(items=[{"item_id": "a/b"}]), "event.items[0].item_id"),
        (event(items=[{"item_id": "a", "price": float("nan")}]), "event.items[0].price"),
        (event(type=event_pb2.EVENT_TYPE_RATE), "event.items[0].rating"),
        (event(attribution_token="foreign"), "event.attribution_token"),
        (event_pb2.Event(event_id="e", type=2, items=[{"item_id": "i"}]), "event.subject"),
    )
    for message, field in cases:
        refusal = await refused(edge.event.WriteEvent(write(message)))
        assert (refusal.reason, field in refusal.fields) == ("INVALID_REQUEST", True), (
            refusal.fields
        )
    assert edge.fakes.events.events == []


async def test_the_attribution_token_says_which_slate_it_was(edge):
    page = await edge.recommendation.Recommend(
        recommendation.RecommendRequest(serving_config="deals", request_id="r1")
    )
    await edge.event.WriteEvent(write(event(attribution_token=page.attribution_token)))
    written = edge.fakes.events.events[0].event
    assert (written.slate_request_id, written.slate_serving_config) == ("r1", "deals")
    assert written.attribution_token == page.attribution_token


async def test_a_batch_answers_for_each_event(edge):
    reply = await edge.event.BatchWriteEvents(
        event_service_pb2.BatchWriteEventsRequest(
            events=[event("a"), event("b", items=[]), event("a"), event("a", user_id="bob")]
        )
    )
    outcomes = [each.WhichOneof("outcome") for each in reply.results]
    assert outcomes == ["accepted", "error", "accepted", "error"]
    assert [each.event_id for each in reply.results] == ["a", "b", "a", "a"]
    assert reply.results[2].accepted.duplicate
    codes = [reply.results[n].error.code for n in (1, 3)]
    assert codes == [
        grpc.StatusCode.INVALID_ARGUMENT.value[0],
        grpc.StatusCode.ALREADY_EXISTS.value[0],
    ]


async def test_batches_have_limits(edge):
    batch = event_service_pb2.BatchWriteEventsRequest
    refusal = await refused(edge.event.BatchWriteEvents(batch(events=[event()] * 501)))
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "BATCH_TOO_LARGE")
    refusal = await refused(edge.event.BatchWriteEvents(batch()))
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ["events"])
    assert len((await edge.event.BatchWriteEvents(batch(events=[event()] * 500))).results) == 500


async def test_a_full_disk_is_said(edge):
    edge.fakes.events.error = StorageFullError("no space left")
    for call in (
        edge.event.WriteEvent(write(event())),
        edge.event.BatchWriteEvents(event_service_pb2.BatchWriteEventsRequest(events=[event()])),
    ):
        refusal = await refused(call)
        assert (refusal.code, refusal.reason) == ("RESOURCE_EXHAUSTED", "STORAGE_FULL")


async def test_a_stream_acknowledges_each_event(edge):
    async def sent():
        for n in range(1200):
            yield event_service_pb2.StreamEventsRequest(event=event(f"e{n}"))
        yield event_service_pb2.StreamEventsRequest(event=event("bad", items=[]))
        yield event_service_pb2.StreamEventsRequest(event=event("e0"))

    results = [reply.result async for reply in edge.event.StreamEvents(sent())]
    assert len(results) == 1202
    by_id = {each.event_id: each for each in results}
    assert by_id["bad"].HasField("error")
    assert results[-1].accepted.duplicate
    assert sum(edge.fakes.events.batches) == 1201
    assert max(edge.fakes.events.batches) <= 500


async def test_a_stream_is_answered_while_it_is_open(edge):
    stream = edge.event.StreamEvents()
    await stream.write(event_service_pb2.StreamEventsRequest(event=event("a")))
    assert (await stream.read()).result.event_id == "a"
    await stream.write(event_service_pb2.StreamEventsRequest(event=event("b")))
    assert (await stream.read()).result.event_id == "b"
    await stream.done_writing()
    assert await stream.read() is grpc.aio.EOF
    assert await stream.code() == grpc.StatusCode.OK


async def test_a_slow_log_holds_a_stream_back(edge):
    edge.fakes.events.gate.clear()
    stream = edge.event.StreamEvents()
    sent = 0

    async def send():
        nonlocal sent
        message = event(session_id="x" * 128, items=[{"item_id": f"{n:0100}"} for n in range(200)])
        for n in range(5000):
            message.event_id = f"e{n}"
            await stream.write(event_service_pb2.StreamEventsRequest(event=message))
            sent += 1

    sender = asyncio.create_task(send())
    held_at = -1
    while held_at != sent:
        held_at = sent
        await asyncio.sleep(1.0)
    assert 0 < sent < 5000
    sender.cancel()
    stream.cancel()
    edge.fakes.events.gate.set()


async def test_a_full_disk_is_every_events_answer_in_a_stream(edge):
    edge.fakes.events.error = StorageFullError("no space left")
    stream = edge.event.StreamEvents()
    await stream.write(event_service_pb2.StreamEventsRequest(event=event("a")))
    error = (await stream.read()).result.error
    assert error.code == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
    edge.fakes.events.error = None
    await stream.write(event_service_pb2.StreamEventsRequest(event=event("a")))
    assert (await stream.read()).result.accepted.offset == 1
    await stream.done_writing()


async def test_bytes_that_are_no_message_get_an_answer_in_a_stream(edge):
    stream = edge.channel.stream_stream(
        "/shortlist.v1.EventService/StreamEvents",
        response_deserializer=event_service_pb2.StreamEventsResponse.FromString,
    )()
    await stream.write(b"\xff\xff\xff")
    assert (await stream.read()).result.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    await stream.write(event_service_pb2.StreamEventsRequest(event=event("a")).SerializeToString())
    assert (await stream.read()).result.accepted.offset == 1
    await stream.done_writing()


async def test_a_fault_ends_a_stream(edge):
    edge.fakes.events.error = RuntimeError("secret")
    stream = edge.event.StreamEvents()
    await stream.write(event_service_pb2.StreamEventsRequest(event=event("a")))
    assert (await refused(stream.read())).reason == "INTERNAL"


async def test_a_client_that_goes_away_ends_its_stream(edge):
    stream = edge.event.StreamEvents()
    await stream.write(event_service_pb2.StreamEventsRequest(event=event("a")))
    await stream.read()
    stream.cancel()
    await edge.event.WriteEvent(write(event("b")))
