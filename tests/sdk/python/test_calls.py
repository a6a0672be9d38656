"""Deadlines, retries, headers and errors, against a server that answers as told."""

from __future__ import annotations

import asyncio
import re
import uuid

import pytest

from shortlist_sdk import (
    CallInfo,
    CallOptions,
    Client,
    ClientOptions,
    Code,
    DeadlineExceededError,
    DeadlineTooShortError,
    InvalidRequestError,
    OverloadedError,
    RetryBudget,
    ShortlistError,
    TransportError,
    v1,
)
from shortlist_sdk.clock import SystemClock
from shortlist_sdk.testing import FakeClock, MockTransport, failure
from tests.sdk.python.fake_server import FakeServer

RECOMMEND = "/shortlist.v1.RecommendationService/Recommend"
CREATE_ITEM = "/shortlist.v1.CatalogService/CreateItem"
UNAVAILABLE = failure(Code.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE")
REPLY = v1.RecommendResponse(request_id="r")
OVERLOADED = failure(Code.RESOURCE_EXHAUSTED, "OVERLOADED", retry_delay_s=0.5)


def mocked(**options: object) -> tuple[Client, MockTransport, FakeClock]:
    clock, transport = FakeClock(), MockTransport()
    client = Client("mock", transport=transport, options=ClientOptions(clock=clock, **options))
    return client, transport, clock


@pytest.mark.feature("deadline")
async def test_the_server_is_told_what_is_left_of_the_time(fake_server: FakeServer):
    class LongWaits(SystemClock):
        def uniform(self, low: float, high: float) -> float:
            return high

    fake_server.script = [UNAVAILABLE, UNAVAILABLE, bytes(REPLY)]
    options = ClientOptions(clock=LongWaits())
    async with Client(fake_server.endpoint, options=options) as client:
        await client.recommendations.recommend(call_options=CallOptions(timeout_s=8.0))
    first, _, third = (call.time_left_s for call in fake_server.calls)
    assert 7.0 < first <= 8.0
    # gRPC rounds times of this length up to tenths of a second; 0.3 s were waited.
    assert first - third > 0.15


async def test_each_attempt_gets_what_is_left():
    client, transport, _ = mocked()
    transport.reply(RECOMMEND, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, REPLY)
    await client.recommendations.recommend()
    timeouts = [call.attempt.timeout_s for call in transport.calls]
    assert timeouts == pytest.approx([2.0, 1.9, 1.7, 1.3])


async def test_the_methods_own_deadline_counts_where_none_is_given():
    client, transport, _ = mocked()
    transport.reply(RECOMMEND, REPLY)
    await client.recommendations.recommend()
    assert transport.calls[0].attempt.timeout_s == 2.0


async def test_no_wait_begins_that_would_end_after_the_deadline():
    client, transport, clock = mocked()
    transport.reply(RECOMMEND, failure(Code.RESOURCE_EXHAUSTED, "OVERLOADED", retry_delay_s=3.0))
    with pytest.raises(OverloadedError):
        await client.recommendations.recommend()
    assert clock.slept == []
    assert len(transport.calls) == 1


async def test_a_call_without_time_is_not_made():
    client, transport, _ = mocked()
    with pytest.raises(DeadlineExceededError):
        await client.recommendations.recommend(call_options=CallOptions(timeout_s=0.0))
    assert transport.calls == []


async def test_a_late_server_is_given_up(fake_server: FakeServer):
    async def late() -> bytes:
        await asyncio.sleep(30)
        return b""

    fake_server.script = [late]
    async with Client(fake_server.endpoint) as client:
        with pytest.raises(DeadlineExceededError):
            await client.recommendations.recommend(call_options=CallOptions(timeout_s=0.2))
    await asyncio.wait_for(fake_server.cancelled.wait(), 5)


@pytest.mark.feature("cancellation")
async def test_cancellation_reaches_the_server(fake_server: FakeServer):
    arrived = asyncio.Event()

    async def slow() -> bytes:
        arrived.set()
        await asyncio.sleep(30)
        return b""

    fake_server.script = [slow]
    async with Client(fake_server.endpoint) as client:
        task = asyncio.ensure_future(client.catalog.get_catalog())
        await asyncio.wait_for(arrived.wait(), 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(fake_server.cancelled.wait(), 5)
    assert len(fake_server.calls) == 1


@pytest.mark.feature("retries")
async def test_idempotent_calls_are_repeated_with_growing_waits():
    client, transport, clock = mocked()
    transport.reply(RECOMMEND, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, REPLY)
    info = CallInfo()
    assert await client.recommendations.recommend(call_options=CallOptions(info=info)) == REPLY
    # The fake clock's chance is the upper end of full jitter: 100 ms, doubled each time.
    assert clock.slept == pytest.approx([0.1, 0.2, 0.4])
    assert info.attempts == 4


async def test_there_are_four_attempts_at_most():
    client, transport, _ = mocked()
    transport.reply(RECOMMEND, UNAVAILABLE)
    with pytest.raises(ShortlistError) as error:
        await client.recommendations.recommend()
    assert error.value.reason == "DEPENDENCY_UNAVAILABLE"
    assert len(transport.calls) == 4


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (lambda client: client.catalog.create_item(item=v1.Item()), CREATE_ITEM),
        (
            lambda client: client.recommendations.recommend(call_options=CallOptions(retry=False)),
            RECOMMEND,
        ),
    ],
    ids=["not idempotent", "retries off"],
)
async def test_some_calls_are_made_once(call, path):
    client, transport, clock = mocked()
    transport.reply(path, TransportError(Code.UNAVAILABLE, "reset", from_server=False))
    with pytest.raises(ShortlistError) as error:
        await call(client)
    assert error.value.code is Code.UNAVAILABLE
    assert len(transport.calls) == 1
    assert clock.slept == []


async def test_errors_that_would_come_again_are_not_repeated():
    client, transport, _ = mocked()
    transport.reply(RECOMMEND, failure(Code.INVALID_ARGUMENT, "INVALID_REQUEST"))
    with pytest.raises(InvalidRequestError):
        await client.recommendations.recommend()
    assert len(transport.calls) == 1


async def test_a_server_that_is_not_there_counts_as_unavailable():
    async with Client("http://127.0.0.1:1") as client:
        info = CallInfo()
        with pytest.raises(ShortlistError) as error:
            await client.recommendations.recommend(call_options=CallOptions(info=info))
    assert error.value.code is Code.UNAVAILABLE
    assert info.attempts == 4


@pytest.mark.feature("retry_info")
async def test_any_call_is_repeated_after_the_servers_delay():
    client, transport, clock = mocked()
    transport.reply(CREATE_ITEM, OVERLOADED, v1.Item(name="items/a"))
    item = await client.catalog.create_item(item=v1.Item(name="items/a"))
    assert item.name == "items/a"
    assert clock.slept == pytest.approx([0.5 + 0.1])


async def test_a_proxys_retry_after_counts_like_retry_info(fake_server: FakeServer):
    fake_server.script = [
        TransportError(Code.UNAVAILABLE, "later", metadata={"retry-after": "1"}),
        bytes(REPLY),
    ]
    clock = FakeClock()
    async with Client(fake_server.endpoint, options=ClientOptions(clock=clock)) as client:
        await client.recommendations.recommend()
    assert clock.slept == pytest.approx([1.1])


@pytest.mark.feature("retry_budget")
async def test_a_client_in_trouble_stops_repeating():
    client, transport, _ = mocked(retry_budget=RetryBudget())
    transport.reply(RECOMMEND, UNAVAILABLE)
    for _ in range(4):
        with pytest.raises(ShortlistError):
            await client.recommendations.recommend()
    # 4 first attempts, and as many retries as the budget has tokens.
    assert len(transport.calls) == 4 + 10
    transport.reply(RECOMMEND, REPLY)
    for _ in range(10):
        await client.recommendations.recommend()
    before = len(transport.calls)
    transport.reply(RECOMMEND, UNAVAILABLE)
    with pytest.raises(ShortlistError):
        await client.recommendations.recommend()
    assert len(transport.calls) - before == 2


@pytest.mark.feature("idempotency_key")
async def test_the_idempotency_key_is_the_same_for_all_attempts(fake_server: FakeServer):
    fake_server.script = [UNAVAILABLE, UNAVAILABLE, bytes(REPLY), bytes(REPLY)]
    async with Client(fake_server.endpoint) as client:
        await client.recommendations.recommend()
        await client.recommendations.recommend()
    keys = [call.metadata["idempotency-key"] for call in fake_server.calls]
    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert uuid.UUID(keys[0]).version == 4
    attempts = [call.metadata["x-shortlist-attempt"] for call in fake_server.calls]
    assert attempts == ["1", "2", "3", "1"]
    assert [call.metadata["x-request-id"] for call in fake_server.calls] == keys


async def test_a_callers_own_key_and_metadata_are_sent(fake_server: FakeServer):
    fake_server.script = [bytes(REPLY)]
    options = CallOptions(idempotency_key="mine", metadata={"x-request-id": "r-1", "x-tab": "2"})
    async with Client(
        fake_server.endpoint, options=ClientOptions(metadata={"x-tab": "1", "x-app": "shop"})
    ) as client:
        await client.recommendations.recommend(call_options=options)
    metadata = fake_server.calls[0].metadata
    assert metadata["idempotency-key"] == "mine"
    assert metadata["x-request-id"] == "r-1"
    assert (metadata["x-app"], metadata["x-tab"]) == ("shop", "2")


@pytest.mark.feature("client_header")
async def test_the_client_says_what_it_is(fake_server: FakeServer):
    fake_server.script = [bytes(REPLY)]
    async with Client(fake_server.endpoint) as client:
        await client.recommendations.recommend()
    metadata = fake_server.calls[0].metadata
    pattern = r"sdk/python/\d+\.\d+\.\d+; lang/python3\.\d+\.\d+; platform/\w+"
    assert re.fullmatch(pattern, metadata["x-shortlist-client"])
    assert metadata["user-agent"].startswith("sdk/python/")


@pytest.mark.feature("typed_errors")
async def test_an_error_tells_all_that_the_server_said(fake_server: FakeServer):
    fake_server.script = [
        failure(
            Code.INVALID_ARGUMENT,
            "INVALID_REQUEST",
            "wrong",
            request_id="r-7",
            fields=[("page_size", "must be at most 200")],
        )
    ]
    async with Client(fake_server.endpoint) as client:
        with pytest.raises(InvalidRequestError) as caught:
            await client.recommendations.recommend()
    error = caught.value
    assert (error.code, error.reason, error.message) == (
        Code.INVALID_ARGUMENT,
        "INVALID_REQUEST",
        "wrong",
    )
    assert [(each.field, each.description) for each in error.field_violations] == [
        ("page_size", "must be at most 200")
    ]
    assert error.request_id == "r-7"
    assert [type(each).__name__ for each in error.details] == [
        "ErrorInfo",
        "RequestInfo",
        "BadRequest",
    ]
    assert str(error) == "INVALID_REQUEST: wrong (request r-7)"


async def test_a_reason_that_is_not_known_yet_is_a_plain_error():
    client, transport, _ = mocked()
    transport.reply(RECOMMEND, failure(Code.ABORTED, "FULL_MOON", "wait for the day"))
    with pytest.raises(ShortlistError) as error:
        await client.recommendations.recommend()
    assert type(error.value) is ShortlistError
    assert (error.value.reason, error.value.code) == ("FULL_MOON", Code.ABORTED)
    # Without one from the server, the id is that which was sent.
    sent = transport.calls[0].attempt.metadata["x-request-id"]
    assert error.value.request_id == sent


@pytest.mark.parametrize("status", [b"", b"\xff\xff\xff", b"\x08"])
async def test_a_status_that_cannot_be_read_leaves_the_code(status: bytes):
    client, transport, _ = mocked()
    transport.reply(RECOMMEND, TransportError(Code.INTERNAL, "oops", status=status))
    with pytest.raises(ShortlistError) as error:
        await client.recommendations.recommend()
    assert (error.value.code, error.value.message) == (Code.INTERNAL, "oops")


async def test_reasons_of_late_calls_are_deadline_errors_too():
    client, transport, _ = mocked()
    transport.reply(RECOMMEND, failure(Code.DEADLINE_EXCEEDED, "DEADLINE_TOO_SHORT"))
    with pytest.raises(DeadlineExceededError) as error:
        await client.recommendations.recommend()
    assert isinstance(error.value, DeadlineTooShortError)


STREAM = "/shortlist.v1.EventService/StreamEvents"


async def three_events():
    for number in range(3):
        yield v1.StreamEventsRequest(event=v1.Event(event_id=str(number)))


async def test_a_streams_error_is_typed_and_it_is_never_repeated():
    client, transport, clock = mocked()
    reply = v1.StreamEventsResponse(result=v1.WriteEventResult(event_id="0"))
    transport.reply(STREAM, reply, UNAVAILABLE)
    replies = client.events.stream_events(three_events())
    assert await anext(replies) == reply
    with pytest.raises(ShortlistError) as error:
        await anext(replies)
    assert error.value.reason == "DEPENDENCY_UNAVAILABLE"
    assert len(transport.calls) == 2
    assert clock.slept == []


async def test_a_caller_who_has_heard_enough_ends_the_stream():
    closed = []

    class Noted(MockTransport):
        async def stream(self, attempt, bodies):
            try:
                async for body in bodies:
                    yield body
            finally:
                closed.append(attempt.path)

    client = Client("mock", transport=Noted())
    replies = client.events.stream_events(three_events())
    await anext(replies)
    await replies.aclose()
    assert closed == [STREAM]


async def test_a_request_and_fields_together_are_refused():
    client, _, _ = mocked()
    with pytest.raises(TypeError, match="not both"):
        await client.recommendations.recommend(v1.RecommendRequest(), user_id="u")
    with pytest.raises(TypeError):
        await client.recommendations.recommend(no_such_field=1)


@pytest.mark.parametrize("endpoint", ["ftp://host", "http://", "http://host:x"])
def test_an_endpoint_that_is_none_is_refused(endpoint: str):
    with pytest.raises(ValueError):
        Client(endpoint)


@pytest.mark.feature("mock_transport")
async def test_a_mock_answers_by_message_error_or_function():
    client, transport, _ = mocked()

    async def count(attempt, body):
        request = v1.RecommendRequest.parse(body)
        return v1.RecommendResponse(request_id=f"for {request.user_id}")

    transport.handle(RECOMMEND, count)
    assert (await client.recommendations.recommend(user_id="u")).request_id == "for u"
    assert v1.RecommendRequest.parse(transport.calls[0].body).user_id == "u"
    with pytest.raises(ShortlistError) as error:
        await client.catalog.get_catalog()
    assert error.value.code is Code.UNIMPLEMENTED
    await client.close()
    assert transport.is_closed
