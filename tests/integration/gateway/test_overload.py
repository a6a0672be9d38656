"""Shedding load over real gRPC."""

import asyncio

from server.gateway.settings import AdmissionSettings, GatewaySettings, LaneSettings
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import catalog_service_pb2, event_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.integration.gateway.conftest import refused


def one_at_a_time(queue_length=0, queue_wait_s=0.05):
    lane = LaneSettings(
        target_s=1,
        initial=1,
        minimum=1,
        maximum=1,
        queue_length=queue_length,
        queue_wait_s=queue_wait_s,
        burst_wait_s=queue_wait_s,
        retry_after_s=0.2,
    )
    return GatewaySettings(port=0, admission=AdmissionSettings(serving=lane, storage=lane))


async def busy(edge):
    """Begin a request that stays under way until it is cancelled."""
    edge.fakes.recommender.delay_s = 30
    call = edge.recommendation.Recommend(service.RecommendRequest())
    await edge.fakes.recommender.has_query.wait()
    edge.fakes.recommender.delay_s = 0
    return call


async def test_above_the_limit_a_request_is_refused_at_once(serve):
    edge = await serve(one_at_a_time())
    call = await busy(edge)
    bytes_are_not_even_read = edge.channel.unary_unary(
        "/shortlist.v1.RecommendationService/Recommend"
    )(b"\xff")
    refusal = await refused(bytes_are_not_even_read)
    assert (refusal.code, refusal.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
    delay_ms = refusal.details["RetryInfo"].retry_delay.ToMilliseconds()
    assert 100 <= delay_ms <= 300
    shed = edge.fakes.metrics.registry.get_sample_value("shortlist_shed_total", {"lane": "serving"})
    assert shed == 1
    call.cancel()


async def test_the_lanes_are_independent_and_operations_exempt(serve):
    edge = await serve(one_at_a_time())
    call = await busy(edge)
    await edge.catalog.GetCatalog(catalog_service_pb2.GetCatalogRequest())
    edge.fakes.events.gate.clear()
    event = {"event_id": "e", "type": 2, "user_id": "a", "items": [{"item_id": "i"}]}
    write = edge.event.WriteEvent(event_service_pb2.WriteEventRequest(event=event))
    await asyncio.sleep(0.05)
    await edge.operations.ListOperations(operations_pb2.ListOperationsRequest())
    assert (await refused(edge.event.StreamEvents().read())).reason == "OVERLOADED"
    edge.fakes.events.gate.set()
    await write
    call.cancel()


async def test_a_place_that_becomes_free_goes_to_who_waits(serve):
    edge = await serve(one_at_a_time(queue_length=1, queue_wait_s=5))
    call = await busy(edge)
    waiting = edge.recommendation.Recommend(service.RecommendRequest(request_id="second"))
    await asyncio.sleep(0.05)
    refusal = await refused(edge.recommendation.Recommend(service.RecommendRequest()))
    assert refusal.reason == "OVERLOADED"
    call.cancel()
    assert (await waiting).request_id == "second"


async def test_who_waits_too_long_is_refused(serve):
    edge = await serve(one_at_a_time(queue_length=1))
    call = await busy(edge)
    refusal = await refused(edge.recommendation.Recommend(service.RecommendRequest()))
    assert refusal.reason == "OVERLOADED"
    call.cancel()
