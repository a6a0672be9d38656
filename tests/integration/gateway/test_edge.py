"""What holds for every RPC: ids, checks, deadlines, cancellation, faults, old and new clients."""

import asyncio
import time

import grpc
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from server.core.clock import WallClock
from server.core.errors import ArtifactError
from server.gateway.settings import DeadlineSettings, GatewaySettings
from server.gen.shortlist.v1 import catalog_service_pb2, event_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from server.observability.settings import TracingSettings
from server.observability.tracing import Tracing
from tests.integration.gateway.conftest import refused

RECOMMEND = "/shortlist.v1.RecommendationService/Recommend"


async def test_everything_wrong_is_named_at_once(edge):
    request = service.RecommendRequest(
        user_id="a b", page_size=201, seed_item_ids=["ok", "a/b"], filter="x" * 2001
    )
    request.context.country = "de"
    refusal = await refused(edge.recommendation.Recommend(request))
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert set(refusal.fields) == {
        "user_id",
        "page_size",
        "seed_item_ids[1]",
        "filter",
        "context.country",
    }
    assert edge.fakes.recommender.queries == []


async def test_headers_are_taken_up_to_their_limit_and_refused_beyond_it(edge):
    async def code_of(size):
        # Parts that fit into a frame each.
        sent = tuple((f"x-{n}", "x" * 1000) for n in range(size // 1024))
        try:
            await edge.recommendation.Recommend(service.RecommendRequest(), metadata=sent)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"

    # Between two limits gRPC would refuse some.
    assert [await code_of(14 * 1024) for _ in range(30)] == ["OK"] * 30
    assert [await code_of(24 * 1024) for _ in range(5)] == ["RESOURCE_EXHAUSTED"] * 5


async def test_a_thousand_violations_still_fit_into_a_reply(edge):
    ids = ["ü" * 500] * 1000
    request = service.RecommendRequest(exclude_item_ids=ids)
    refusal = await refused(edge.recommendation.Recommend(request))
    assert (refusal.reason, len(refusal.fields)) == ("INVALID_REQUEST", 16)
    assert "(and 999 more)" in refusal.message


async def test_bytes_that_are_no_message_are_an_invalid_request(edge):
    call = edge.channel.unary_unary(RECOMMEND)
    name_with_bad_utf8 = b"\x0a\x02\xc3\x28"
    for raw in (b"\xff", name_with_bad_utf8, b"\x0a\x05ab"):
        refusal = await refused(call(raw))
        assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")


async def test_a_request_that_is_too_large_is_an_invalid_request(serve):
    edge = await serve(GatewaySettings(port=0, max_request_bytes=1024))
    refusal = await refused(
        edge.recommendation.Recommend(service.RecommendRequest(filter="x" * 2000))
    )
    assert (refusal.code, refusal.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert "1024 bytes" in refusal.message


async def test_a_newer_client_is_understood(edge):
    """Unknown fields and enum values are ignored; only an event's type must be known."""
    raw = service.RecommendRequest(user_id="ann").SerializeToString()
    unknown_field = b"\xfa\x7f\x03new"
    newer_device = b"\x2a\x02\x08\x63"
    reply = service.RecommendResponse.FromString(
        await edge.channel.unary_unary(RECOMMEND)(raw + unknown_field + newer_device)
    )
    assert reply.recommendations
    assert edge.fakes.recommender.queries[0].attributes == {"device_class": "other"}


async def test_the_request_id_is_the_requests_the_metadatas_or_a_new_one(edge):
    async def ids(request, *metadata):
        call = edge.recommendation.Recommend(request, metadata=metadata)
        reply = await call
        assert dict(await call.trailing_metadata())["x-request-id"] == reply.request_id
        return reply.request_id

    chosen = service.RecommendRequest(request_id="mine")
    assert await ids(chosen, ("x-request-id", "theirs")) == "mine"
    assert await ids(service.RecommendRequest(), ("x-request-id", "theirs")) == "theirs"
    first, second = await ids(service.RecommendRequest()), await ids(service.RecommendRequest())
    assert first != second
    assert len(await ids(service.RecommendRequest(), ("x-request-id", "a b"))) == 32


async def test_the_request_id_is_echoed_where_the_request_has_none(edge):
    call = edge.catalog.GetCatalog(
        catalog_service_pb2.GetCatalogRequest(), metadata=[("x-request-id", "r5")]
    )
    await call
    assert dict(await call.trailing_metadata())["x-request-id"] == "r5"


@pytest.mark.parametrize("error", [RuntimeError("secret"), ArtifactError("secret")])
async def test_a_fault_is_logged_and_hidden(edge, caplog, error):
    edge.fakes.recommender.error = error
    refusal = await refused(
        edge.recommendation.Recommend(service.RecommendRequest(request_id="r7"))
    )
    assert (refusal.code, refusal.reason) == ("INTERNAL", "INTERNAL")
    assert "r7" in refusal.message and "secret" not in str(refusal.status)
    record = next(each for each in caplog.records if each.exc_info)
    assert record.exc_info[1] is error


async def test_the_deadline_reaches_the_recommender(edge):
    await edge.recommendation.Recommend(service.RecommendRequest(), timeout=0.8)
    remaining_s = edge.fakes.recommender.queries[0].deadline_s - time.monotonic()
    assert 0 < remaining_s < 0.8


async def test_too_little_time_is_said_but_recommend_always_answers(serve):
    settings = GatewaySettings(port=0, deadlines=DeadlineSettings(minimum_s=60))
    edge = await serve(settings)
    assert (await edge.recommendation.Recommend(service.RecommendRequest(), timeout=30)).request_id
    for call in (
        edge.recommendation.ListTrending(service.ListTrendingRequest(), timeout=30),
        edge.catalog.GetCatalog(catalog_service_pb2.GetCatalogRequest(), timeout=30),
    ):
        refusal = await refused(call)
        assert (refusal.code, refusal.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_TOO_SHORT")


async def test_cancellation_stops_the_work(edge, caplog):
    edge.fakes.recommender.delay_s = 10
    call = edge.recommendation.Recommend(service.RecommendRequest())
    await edge.fakes.recommender.has_query.wait()
    call.cancel()
    await edge.fakes.recommender.is_cancelled.wait()
    assert [each for each in caplog.records if each.levelname == "ERROR"] == []


async def test_a_deadline_that_passes_stops_the_work(edge):
    edge.fakes.recommender.delay_s = 10
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await edge.recommendation.Recommend(service.RecommendRequest(), timeout=0.1)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    await edge.fakes.recommender.is_cancelled.wait()


async def test_who_sets_no_deadline_may_not_take_forever_to_send(serve):
    edge = await serve(GatewaySettings(port=0, deadlines=DeadlineSettings(default_s=0.1)))
    call = edge.channel.stream_unary(RECOMMEND)()
    async with asyncio.timeout(5):
        refusal = await refused(call)
    assert (refusal.code, refusal.reason) == ("DEADLINE_EXCEEDED", "DEADLINE_TOO_SHORT")


async def test_an_unknown_method_is_unimplemented(edge):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await edge.channel.unary_unary("/shortlist.v1.RecommendationService/Guess")(b"")
    assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_requests_are_counted_by_method_and_code(edge):
    await edge.recommendation.Recommend(service.RecommendRequest())
    await refused(edge.recommendation.Recommend(service.RecommendRequest(page_size=-1)))
    edge.fakes.recommender.error = RuntimeError("x")
    await refused(edge.recommendation.Recommend(service.RecommendRequest()))
    sample = edge.fakes.metrics.registry.get_sample_value
    for code in ("OK", "INVALID_ARGUMENT", "INTERNAL"):
        labels = {"method": RECOMMEND, "code": code}
        assert sample("shortlist_request_seconds_count", labels) == 1
    assert sample("shortlist_faults_total", {"method": RECOMMEND}) == 1
    assert sample("shortlist_depth", {"what": "serving_in_flight"}) == 0


TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


async def test_a_traced_caller_gets_a_span_and_its_events_carry_it(serve):
    exporter = InMemorySpanExporter()
    tracing = Tracing(TracingSettings(sample_rate=0), exporter)
    edge = await serve(tracing=tracing)
    event = {"event_id": "e", "type": 2, "user_id": "a", "items": [{"item_id": "i"}]}
    request = event_service_pb2.WriteEventRequest(event=event)
    for flags in ("01", "00"):
        request.event.event_id = flags
        parent = f"00-{TRACE_ID}-b7ad6b7169203331-{flags}"
        await edge.event.WriteEvent(request, metadata=[("traceparent", parent)])
    await edge.event.WriteEvent(request, metadata=[("traceparent", "garbage")])
    stream = edge.event.StreamEvents(metadata=[("traceparent", f"00-{TRACE_ID}-{'b' * 16}-01")])
    await stream.done_writing()
    assert await stream.read() is grpc.aio.EOF
    await stream.code()
    tracing.flush()
    span, streamed = exporter.get_finished_spans()
    assert streamed.name == "/shortlist.v1.EventService/StreamEvents"
    assert span.name == "/shortlist.v1.EventService/WriteEvent"
    assert f"{span.context.trace_id:032x}" == TRACE_ID
    assert span.attributes["rpc.grpc.status_code"] == "OK"
    sampled, followed = (each.traceparent for each in edge.fakes.events.events)
    assert sampled == f"00-{TRACE_ID}-{span.context.span_id:016x}-01"
    assert followed.endswith("-b7ad6b7169203331-00")
    tracing.close()


async def test_the_clock_of_the_settings_is_used(serve):
    class Stopped(WallClock):
        def now_ms(self):
            return 1_000

    edge = await serve(clock=Stopped())
    event = {"event_id": "e", "type": 2, "user_id": "a", "items": [{"item_id": "i"}]}
    await edge.event.WriteEvent(event_service_pb2.WriteEventRequest(event=event))
    assert edge.fakes.events.events[0].event.time_ms == 1_000
