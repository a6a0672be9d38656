"""`kill -9` amid 10,000 concurrent event writes: every acknowledged event is there exactly once."""

from __future__ import annotations

import asyncio
from collections import Counter

import grpc
import pytest

from server.gen.shortlist.v1.event_service_pb2 import WriteEventRequest
from server.gen.shortlist.v1.event_service_pb2_grpc import EventServiceStub
from tests.e2e.harness.client import event, ids
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.logs import logged_events

EVENTS, CHANNELS = 10_000, 8
# All of them may be under way at once.
ROOMY = """
[gateway.admission.storage]
target_s = 60.0
initial = 20000
minimum = 20000
maximum = 20000
queue_length = 1000
queue_wait_s = 10.0
"""


def requests():
    return [
        WriteEventRequest(
            event=event("click", f"i{n % 300:03d}", user=f"c{n % 500}", event_id=f"crash-{n}")
        )
        for n in range(EVENTS)
    ]


async def write_all(port, sent, on_acknowledged):
    """Write all at once over a few connections; the server may die meanwhile."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    channels = [grpc.aio.insecure_channel(f"127.0.0.1:{port}", options) for _ in range(CHANNELS)]
    stubs = [EventServiceStub(channel) for channel in channels]

    async def write(number, request):
        try:
            reply = await stubs[number % CHANNELS].WriteEvent(request, timeout=60)
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE, error
            return
        on_acknowledged(request.event.event_id, reply)

    await asyncio.gather(*(write(*each) for each in enumerate(sent)))
    for channel in channels:
        await channel.close()


@pytest.mark.parametrize("kill_after", [500, 5000])
async def test_every_acknowledged_event_is_there_exactly_once(start_server, kill_after):
    server = start_server(ROOMY, PATIENT, patient_sources())
    before = logged_events(server.data_dir)[-1].offset
    sent, acknowledged = requests(), {}

    def on_acknowledged(event_id, reply):
        acknowledged[event_id] = reply.offset
        if len(acknowledged) == kill_after:
            server.process.kill()

    await write_all(server.port, sent, on_acknowledged)
    assert server.wait() == -9
    assert kill_after <= len(acknowledged) < EVENTS

    again = await asyncio.to_thread(
        start_server, ROOMY, PATIENT, patient_sources(), data_dir=server.data_dir
    )
    offsets = {each.event.event_id: each.offset for each in logged_events(again.data_dir, before)}
    assert {name: offsets.get(name) for name in acknowledged} == acknowledged

    # Whatever was not acknowledged is sent again, and all of it counts once.
    results = [
        result
        for start in range(0, EVENTS, 500)
        for result in again.client.write(*(each.event for each in sent[start : start + 500]))
    ]
    assert {each.event_id for each in results if each.accepted.duplicate} == set(offsets)
    logged = logged_events(again.data_dir, before)
    assert set(Counter(each.event.event_id for each in logged).values()) == {1}
    assert len(logged) == EVENTS
    engaged = {f"i{n % 300:03d}" for n in range(EVENTS) if n % 500 == 7}
    shown = {
        item_id
        for page in again.client.pages(user_id="c7", serving_config="home", page_size=200)
        for item_id in ids(page)
    }
    assert shown and not shown & engaged
