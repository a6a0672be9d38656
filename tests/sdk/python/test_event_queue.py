"""The event queue: when it sends, what it keeps, and what it tells."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from shortlist_sdk import (
    Client,
    ClientOptions,
    Code,
    EventQueue,
    EventTooOldError,
    MemoryStore,
    QueueOptions,
    ShortlistError,
    v1,
)
from shortlist_sdk._messages.google import rpc
from shortlist_sdk.clock import SystemClock
from shortlist_sdk.testing import MockTransport, failure

WRITE = "/shortlist.v1.EventService/BatchWriteEvents"


class Server:
    """Takes batches; answers each event by its id, if told to."""

    def __init__(self) -> None:
        self.batches: list[v1.BatchWriteEventsRequest] = []
        self.refusals: dict[str, rpc.Status] = {}
        self.failures: list[Exception] = []

    async def __call__(self, attempt, body):
        if self.failures:
            return self.failures.pop(0)
        request = v1.BatchWriteEventsRequest.parse(body)
        self.batches.append(request)
        return v1.BatchWriteEventsResponse(results=[self.result(each) for each in request.events])

    def result(self, event: v1.Event) -> v1.WriteEventResult:
        refusal = self.refusals.get(event.event_id)
        if refusal is not None:
            return v1.WriteEventResult(event_id=event.event_id, error=refusal)
        return v1.WriteEventResult(event_id=event.event_id, accepted=v1.WriteEventResponse())

    @property
    def ids(self) -> list[str]:
        return [event.event_id for batch in self.batches for event in batch.events]


class QuickClock(SystemClock):
    """Waits a thousandth of what it is asked to, at the upper end of chance; notes it."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds / 1000)

    def uniform(self, low: float, high: float) -> float:
        return high


def status(reason: str, code: Code = Code.INVALID_ARGUMENT) -> rpc.Status:
    return rpc.Status.parse(failure(code, reason).status)


def event(event_id: str = "", item: str = "i1") -> v1.Event:
    return v1.Event(
        event_id=event_id,
        type=v1.EventType.CLICK,
        user_id="u",
        items=[v1.EventItem(item_id=item)],
    )


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


@pytest.fixture
def make_queue(server: Server, clock: QuickClock) -> Callable[..., EventQueue[v1.Event]]:
    transport = MockTransport()
    transport.handle(WRITE, server)
    client = Client("mock", transport=transport, options=ClientOptions(clock=clock))
    return client.event_queue


async def eventually(look: Callable[[], object]) -> None:
    for _ in range(1000):
        if look():
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"not within 5 s: {look}")


@pytest.mark.feature("event_queue")
async def test_ids_times_and_the_time_of_sending_are_filled_in(make_queue, server: Server):
    async with make_queue() as queue:
        before = datetime.now(UTC)
        given = event()
        event_id = await queue.enqueue(given)
        own = v1.Event(event_id="mine", event_time=datetime(2025, 1, 1, tzinfo=UTC))
        assert await queue.enqueue(own) == "mine"
        assert await queue.flush()
    assert uuid.UUID(event_id).version == 4
    assert given.event_id == ""
    first, second = server.batches[0].events
    assert first.event_id == event_id
    assert before <= first.event_time <= server.batches[0].sent_time
    assert second.event_time == datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.feature("event_queue")
async def test_fifty_events_are_sent_at_once(make_queue, server: Server, clock: QuickClock):
    async with make_queue(options=QueueOptions(max_age_s=10_000_000)) as queue:
        for number in range(49):
            await queue.enqueue(event(f"e{number}"))
        await asyncio.sleep(0.05)
        assert server.batches == []
        await queue.enqueue(event("e49"))
        await eventually(lambda: server.batches)
        assert server.ids == [f"e{number}" for number in range(50)]


async def test_many_bytes_are_sent_at_once(make_queue, server: Server):
    async with make_queue(options=QueueOptions(max_age_s=10_000_000)) as queue:
        await queue.enqueue(event("big", item="x" * 70_000))
        await eventually(lambda: server.batches)


async def test_a_batch_is_no_larger_than_it_may_be(make_queue, server: Server):
    async with make_queue() as queue:
        for number in range(10):
            await queue.enqueue(event(f"e{number}", item="x" * 20_000))
        await queue.flush()
    assert [len(batch.events) for batch in server.batches] == [3, 3, 3, 1]


async def test_an_old_event_is_sent(make_queue, server: Server):
    async with make_queue(options=QueueOptions(max_age_s=0.2)) as queue:
        enqueued = time.monotonic()
        await queue.enqueue(event("e"))
        await eventually(lambda: server.batches)
    assert time.monotonic() - enqueued >= 0.2


@pytest.mark.feature("event_queue")
async def test_failed_calls_are_repeated_with_longer_waits(
    make_queue, server: Server, clock: QuickClock
):
    server.failures = [failure(Code.UNAVAILABLE)] * 8
    async with make_queue(options=QueueOptions(max_age_s=0.0)) as queue:
        await queue.enqueue(event("e"))
        await eventually(lambda: server.batches)
    assert server.ids == ["e"]
    assert [wait for wait in clock.slept if wait >= 1] == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.feature("event_queue")
async def test_a_refused_event_is_reported_and_forgotten(make_queue, server: Server):
    server.refusals["old"] = status("EVENT_TOO_OLD")
    rejected: list[tuple[str, ShortlistError]] = []
    queue = make_queue(on_rejected=lambda e, error: rejected.append((e.event_id, error)))
    for event_id in ("a", "old", "b"):
        await queue.enqueue(event(event_id))
    assert await queue.close()
    assert server.ids == ["a", "old", "b"]
    assert [event_id for event_id, _ in rejected] == ["old"]
    assert isinstance(rejected[0][1], EventTooOldError)
    assert queue.rejected_count == 1


async def test_an_event_that_may_pass_later_stays(make_queue, server: Server):
    server.refusals["busy"] = status("OVERLOADED", Code.RESOURCE_EXHAUSTED)
    queue = make_queue(options=QueueOptions(max_age_s=10_000_000))
    for event_id in ("a", "busy", "b"):
        await queue.enqueue(event(event_id))
    assert not await queue.flush()
    assert queue.count() == 1
    server.refusals.clear()
    assert await queue.close()
    assert server.ids == ["a", "busy", "b", "busy"]


async def test_one_event_that_spoils_a_batch_is_found(make_queue, server: Server):
    whole = failure(Code.INVALID_ARGUMENT, "INVALID_REQUEST")
    # The batch, then "a" passes alone, then "bad" fails alone.
    original = server.result

    async def strict(attempt, body):
        request = v1.BatchWriteEventsRequest.parse(body)
        if any(each.event_id == "bad" for each in request.events):
            return whole
        server.batches.append(request)
        return v1.BatchWriteEventsResponse(results=[original(e) for e in request.events])

    transport = MockTransport()
    transport.handle(WRITE, strict)
    rejected: list[str] = []
    queue = Client("mock", transport=transport).event_queue(
        on_rejected=lambda e, error: rejected.append(e.event_id)
    )
    for event_id in ("a", "bad", "b"):
        await queue.enqueue(event(event_id))
    assert await queue.close()
    assert server.ids == ["a", "b"]
    assert rejected == ["bad"]


async def test_missing_answers_are_no_answers(make_queue, server: Server):
    transport = MockTransport()
    transport.reply(WRITE, v1.BatchWriteEventsResponse())
    queue = Client("mock", transport=transport).event_queue()
    await queue.enqueue(event("e"))
    assert not await queue.flush()
    assert queue.count() == 1


async def test_only_one_batch_is_on_its_way(make_queue, server: Server):
    on_its_way = most = 0

    async def slow(attempt, body):
        nonlocal on_its_way, most
        on_its_way += 1
        most = max(most, on_its_way)
        await asyncio.sleep(0.01)
        on_its_way -= 1
        return await server(attempt, body)

    transport = MockTransport()
    transport.handle(WRITE, slow)
    queue = Client("mock", transport=transport).event_queue(options=QueueOptions(max_count=2))
    for number in range(6):
        await queue.enqueue(event(f"e{number}"))
    await asyncio.gather(queue.flush(), queue.flush())
    assert most == 1
    assert server.ids == [f"e{number}" for number in range(6)]
    await queue.close()


async def test_a_full_store_drops_the_oldest_and_says_so(make_queue, server: Server):
    dropped: list[str] = []
    queue = make_queue(
        store=MemoryStore(max_events=2),
        options=QueueOptions(max_age_s=10_000_000),
        on_dropped=lambda e: dropped.append(e.event_id),
    )
    for event_id in ("a", "b", "c", "d"):
        await queue.enqueue(event(event_id))
    await queue.close()
    assert dropped == ["a", "b"]
    assert queue.dropped_count == 2
    assert server.ids == ["c", "d"]


async def test_closing_gives_up_in_time_and_takes_no_more(make_queue, server: Server):
    async def never(attempt, body):
        await asyncio.sleep(30)

    transport = MockTransport()
    transport.handle(WRITE, never)
    queue = Client("mock", transport=transport).event_queue()
    await queue.enqueue(event("e"))
    assert not await queue.close(timeout_s=0.05)
    with pytest.raises(RuntimeError, match="closed"):
        await queue.enqueue(event("f"))


@pytest.mark.feature("impressions")
async def test_an_item_counts_as_shown_once(make_queue, server: Server):
    slate = v1.RecommendResponse(
        attribution_token="token",
        recommendations=[
            v1.Recommendation(item_id="i1", position=20),
            v1.Recommendation(item_id="i2", position=21),
        ],
    )
    transport = MockTransport()
    transport.handle(WRITE, server)
    client = Client("mock", transport=transport)
    async with client.event_queue() as queue:
        tracker = client.impressions(queue, slate, user_id="u")
        assert await tracker.shown(slate.recommendations[1])
        assert not await tracker.shown("i2")
        await tracker.clicked("i2")
        await tracker.event(v1.EventType.LIKE, "i1")
        with pytest.raises(KeyError):
            await tracker.shown("i3")
        await queue.flush()
    kinds = v1.EventType
    assert [
        (each.type, each.items[0].item_id, each.items[0].position, each.attribution_token)
        for each in server.batches[0].events
    ] == [
        (kinds.IMPRESSION, "i2", 21, "token"),
        (kinds.CLICK, "i2", 21, "token"),
        (kinds.LIKE, "i1", 20, "token"),
    ]
    assert {(each.user_id, each.visitor_id) for each in server.batches[0].events} == {("u", None)}


async def test_shelves_are_slates_and_pages_are_not(make_queue):
    client = Client("mock", transport=MockTransport())
    queue = make_queue()
    shelf = v1.Shelf(attribution_token="t", recommendations=[v1.Recommendation(item_id="i")])
    made = client.impressions(queue, shelf, visitor_id="v").make_event(v1.EventType.HIDE, "i")
    assert (made.visitor_id, made.attribution_token) == ("v", "t")
    with pytest.raises(TypeError, match="no slate"):
        client.impressions(queue, v1.ComposePageResponse())
