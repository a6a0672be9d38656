"""What a caller with credentials of its own could try beyond asking for what is not its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from server.gen.shortlist.v1 import event_service_pb2 as events
from tests.e2e.harness.api_keys import by, create_key
from tests.e2e.harness.client import event
from tests.e2e.harness.config import PATIENT, patient_sources
from tests.e2e.harness.refusals import Refusal, refused
from tests.e2e.harness.waiting import eventually

STREAM = "/shortlist.v1.EventService/StreamEvents"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def server(module_servers):
    return module_servers.start(PATIENT, patient_sources(), anonymous=False)


@pytest.fixture
def app(server):
    """A key of client scope such as anyone finds in an app, with a quota of its own."""
    key = create_key(server.data_dir, "client", "--subject", "user:ann")

    def is_known():
        try:
            server.client.raw.unary_unary("/shortlist.v1.CatalogService/GetCatalog")(
                b"", metadata=by(key), timeout=10
            )
        except grpc.RpcError:
            return False
        return True

    eventually(is_known)
    return by(key)


def streamed(server, metadata, *messages):
    """Send messages by one stream and return the results."""
    call = server.client.raw.stream_stream(STREAM)
    raw = iter([each.SerializeToString() for each in messages])
    found = [
        events.StreamEventsResponse.FromString(each).result
        for each in call(raw, metadata=metadata, timeout=30)
    ]
    assert len(found) == len(messages)
    return found


@pytest.mark.parametrize(
    "sent",
    [Timestamp(seconds=2**62), Timestamp(seconds=-(2**63)), Timestamp(seconds=1, nanos=-1)],
    ids=["far ahead", "long ago", "no nanoseconds"],
)
def test_a_time_that_is_none_fails_its_event_and_not_the_stream(server, app, sent):
    wrong = events.StreamEventsRequest(event=event("click", "i001", user="ann"), sent_time=sent)
    right = events.StreamEventsRequest(event=event("click", "i001", user="ann"))
    first, second = streamed(server, app, wrong, right)
    assert first.event_id == wrong.event.event_id
    refusal = Refusal(first.error)
    assert (refusal.reason, refusal.fields) == ("INVALID_REQUEST", ["sent_time"])
    assert second.HasField("accepted")
    assert "Traceback" not in server.log()


def memory_mb(server):
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def test_what_strangers_send_is_not_read(server):
    """They are refused by their headers: hundreds of bodies of 16 MiB would not fit in memory."""
    count, body = 40, b"x" * 15 * MEBIBYTE

    async def send():
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            call = channel.unary_unary("/shortlist.v1.RecommendationService/Recommend")

            async def code():
                with pytest.raises(grpc.RpcError) as caught:
                    await call(body, timeout=60)
                return caught.value.code().name

            return {await each for each in [asyncio.create_task(code()) for _ in range(count)]}

    before_mb = memory_mb(server)
    assert asyncio.run(send()) == {"UNAUTHENTICATED"}
    assert memory_mb(server) - before_mb < 200


def test_a_call_without_a_request_is_refused(server, app):
    call = server.client.raw.stream_unary("/shortlist.v1.RecommendationService/Recommend")
    found = refused(call, iter([]), metadata=app, timeout=10)
    assert (found.code, found.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")


def huge_id():
    return event("click", "i001", user="bob", event_id="e" * 4 * MEBIBYTE)


def huge_name():
    made = event("click", "i001", user="ann")
    made.context.surface_attributes["n" * 4 * MEBIBYTE] = "1"
    return made


@pytest.mark.parametrize("make", [huge_id, huge_name])
def test_refused_events_whose_answers_nobody_reads_take_no_memory(server, app, make):
    """The stream's window is 500 events, and a message may have 16 MiB: 8 GB by one key."""
    count = 60
    raw = events.StreamEventsRequest(event=make()).SerializeToString()

    async def send():
        # The answers stay with the server: the window is smaller than one of them was.
        options = [("grpc.http2.lookahead_bytes", 1024), ("grpc.http2.bdp_probe", 0)]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}", options) as channel:
            call = channel.stream_stream(STREAM)(metadata=app)
            for _ in range(count):
                await call.write(raw)
            grown_mb = memory_mb(server) - before_mb
            for _ in range(40):
                # Some are on their way at any time: a busy server needs a while for them.
                if grown_mb < most_mb:
                    break
                await asyncio.sleep(0.25)
                grown_mb = memory_mb(server) - before_mb
            call.cancel()
        return grown_mb

    before_mb, most_mb = memory_mb(server), count * 4 / 2
    # Kept answers alone took more than all messages; half of them is what an allocator may keep.
    assert asyncio.run(send()) < most_mb


def test_an_event_that_is_refused_is_still_told_apart(server, app):
    long_id = "e" * 200
    made = (event("click", "i001", user="ann", event_id=long_id), event("click", "i001", user="b"))
    results = streamed(server, app, *(events.StreamEventsRequest(event=each) for each in made))
    assert [each.event_id for each in results] == [long_id[:128], made[1].event_id]
