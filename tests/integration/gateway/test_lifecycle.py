"""Starting, announcing, describing, draining."""

import asyncio
import os
import signal
import socket

import grpc
import pytest
from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from server.gateway import health
from server.gateway.auth.settings import AuthSettings
from server.gateway.server import REFLECTION_V1, CannotListenError, GatewayServer
from server.gateway.services import SERVICE_NAMES
from server.gateway.settings import GatewaySettings, TlsSettings
from server.gen.shortlist.v1 import event_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.integration.gateway.conftest import backends, refused

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
OPEN_TO_ALL = AuthSettings(allow_remote_anonymous=True)
EVENT = {"event_id": "e", "type": 2, "user_id": "a", "items": [{"item_id": "i"}]}


async def test_health_follows_the_servers_life():
    server = GatewayServer(GatewaySettings(port=0), backends())
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{await server.start()}")
    stub = health_pb2_grpc.HealthStub(channel)
    watch = stub.Watch(health_pb2.HealthCheckRequest(service=SERVICE_NAMES[0]))
    assert (await watch.read()).status == NOT_SERVING
    server.start_serving()
    assert (await watch.read()).status == SERVING
    for name in ("", *SERVICE_NAMES):
        reply = await stub.Check(health_pb2.HealthCheckRequest(service=name))
        assert reply.status == SERVING
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Check(health_pb2.HealthCheckRequest(service="none"))
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND
    statuses = (await stub.List(health_pb2.HealthListRequest())).statuses
    assert set(SERVICE_NAMES) < set(statuses)
    stopping = asyncio.create_task(server.stop())
    assert (await watch.read()).status == NOT_SERVING
    assert await watch.read() is grpc.aio.EOF
    await asyncio.wait_for(stopping, 5)
    await channel.close()


async def test_a_watch_of_an_unknown_service_waits_for_it(edge):
    stub = health_pb2_grpc.HealthStub(edge.channel)
    watch = stub.Watch(health_pb2.HealthCheckRequest(service="none"))
    assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


@pytest.mark.parametrize("method", ["Check", "Watch", "List"])
@pytest.mark.parametrize("raw", [b"\x0a\x80\x80\x01" + b"n" * 16384, b"\x0a\x05n"])
async def test_what_strangers_ask_health_is_small_and_not_kept(edge, method, raw):
    path = f"/grpc.health.v1.Health/{method}"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        if method == "Watch":
            await edge.channel.unary_stream(path)(raw).read()
        else:
            await edge.channel.unary_unary(path)(raw)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def test_watches_are_not_opened_without_end(edge, monkeypatch):
    monkeypatch.setattr(health, "MAX_WATCHES", 2)
    stub = health_pb2_grpc.HealthStub(edge.channel)
    watches = [stub.Watch(health_pb2.HealthCheckRequest()) for _ in range(2)]
    for watch in watches:
        assert (await watch.read()).status == SERVING
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Watch(health_pb2.HealthCheckRequest()).read()
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    watches[0].cancel()
    async with asyncio.timeout(5):
        while True:
            again = stub.Watch(health_pb2.HealthCheckRequest())
            try:
                assert (await again.read()).status == SERVING
                break
            except grpc.aio.AioRpcError:
                await asyncio.sleep(0.02)


async def test_reflection_does_not_read_what_is_large(edge):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await reflected(
            edge.channel, reflection_pb2.ServerReflectionRequest(file_by_filename="x" * 5000)
        )
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


async def reflected(channel, *requests):
    stub = reflection_pb2_grpc.ServerReflectionStub(channel)
    return [each async for each in stub.ServerReflectionInfo(iter(requests))]


async def test_reflection_lists_the_services_and_describes_them(edge):
    request = reflection_pb2.ServerReflectionRequest
    (listed,) = await reflected(edge.channel, request(list_services=""))
    names = {each.name for each in listed.list_services_response.service}
    assert set(SERVICE_NAMES) < names
    known, wanted = {}, set()
    for name in names:
        (reply,) = await reflected(edge.channel, request(file_containing_symbol=name))
        wanted |= _files(reply, known)
    while missing := wanted - known.keys():
        (reply,) = await reflected(edge.channel, request(file_by_filename=missing.pop()))
        wanted |= _files(reply, known)
    assert "buf/validate/validate.proto" in known
    assert "google/longrunning/operations.proto" in known


def _files(reply, known):
    assert not reply.HasField("error_response"), reply.error_response
    files = map(
        descriptor_pb2.FileDescriptorProto.FromString,
        reply.file_descriptor_response.file_descriptor_proto,
    )
    wanted = set()
    for file in files:
        known[file.name] = file
        wanted |= {*file.dependency, file.name}
    return wanted


async def test_reflection_answers_under_its_newer_name(edge):
    call = edge.channel.stream_stream(
        f"/{REFLECTION_V1}/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))
    (reply,) = [each async for each in call]
    assert reply.list_services_response.service


async def test_a_drain_finishes_what_is_under_way(edge):
    edge.fakes.recommender.delay_s = 0.3
    call = edge.recommendation.Recommend(service.RecommendRequest(request_id="last"))
    await edge.fakes.recommender.has_query.wait()
    await edge.server.stop()
    assert (await call).request_id == "last"
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await edge.recommendation.Recommend(service.RecommendRequest())
    assert caught.value.code() == grpc.StatusCode.UNAVAILABLE


async def test_a_drain_does_not_wait_forever(serve):
    edge = await serve(GatewaySettings(port=0, drain_s=0.1))
    edge.fakes.recommender.delay_s = 30
    call = edge.recommendation.Recommend(service.RecommendRequest())
    await edge.fakes.recommender.has_query.wait()
    await asyncio.wait_for(edge.server.stop(), 5)
    with pytest.raises(grpc.aio.AioRpcError):
        await call


async def test_a_drain_ends_streams_once_they_are_answered(edge):
    stream = edge.event.StreamEvents()
    idle = edge.event.StreamEvents()
    for each in (stream, idle):
        await each.write(event_service_pb2.StreamEventsRequest(event=EVENT))
        assert (await each.read()).result.HasField("accepted")
    edge.fakes.events.gate.clear()
    await stream.write(event_service_pb2.StreamEventsRequest(event=EVENT | {"event_id": "last"}))
    await asyncio.sleep(0.1)
    stopping = asyncio.create_task(edge.server.stop())
    await asyncio.sleep(0.1)
    assert not stopping.done()
    edge.fakes.events.gate.set()
    assert (await stream.read()).result.accepted.offset == 2
    for each in (stream, idle):
        refusal = await refused(each.read())
        assert (refusal.code, refusal.reason) == ("UNAVAILABLE", "DEPENDENCY_UNAVAILABLE")
    await asyncio.wait_for(stopping, 1)


async def test_sigterm_drains():
    server = GatewayServer(GatewaySettings(port=0), backends())
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{await server.start()}")
    serving = asyncio.create_task(server.serve_until_signalled())
    await asyncio.sleep(0.05)
    reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert reply.status == SERVING
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 5)
    await channel.close()


async def test_a_port_in_use_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        with pytest.raises(CannotListenError, match=f"127.0.0.1:{port} is in use; set gateway"):
            await GatewayServer(GatewaySettings(port=port), backends()).start()


async def test_two_servers_do_not_share_a_port(edge):
    settings = GatewaySettings(port=edge.server.port)
    with pytest.raises(CannotListenError, match="is in use"):
        await GatewayServer(settings, backends()).start()


async def test_an_address_that_is_not_ours_is_one_clear_line():
    settings = GatewaySettings(host="192.0.2.1", port=5, auth=OPEN_TO_ALL)
    with pytest.raises(CannotListenError, match=r"192\.0\.2\.1:5 cannot be listened on"):
        await GatewayServer(settings, backends()).start()


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "::", ""])
async def test_anonymous_access_is_for_this_machine_unless_the_settings_insist(host):
    server = GatewayServer(GatewaySettings(host=host, port=0), backends())
    with pytest.raises(CannotListenError, match=r"gateway\.auth\.mode.*allow_remote_anonymous"):
        await server.start()


async def test_anonymous_access_for_all_can_be_insisted_on():
    server = GatewayServer(GatewaySettings(host="0.0.0.0", port=0, auth=OPEN_TO_ALL), backends())
    assert await server.start() > 0
    await server.stop()


async def test_a_missing_certificate_is_one_clear_line(tmp_path):
    tls = TlsSettings(certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    with pytest.raises(CannotListenError, match=r"gateway\.tls\.key: .*key\.pem cannot be read"):
        await GatewayServer(GatewaySettings(port=0, tls=tls), backends()).start()


async def test_it_listens_on_ipv6(serve):
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    server = GatewayServer(GatewaySettings(host="::1", port=0), backends())
    try:
        port = await server.start()
    except CannotListenError:
        pytest.skip("no IPv6 here")
    channel = grpc.aio.insecure_channel(f"[::1]:{port}")
    reply = await health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert reply.status == NOT_SERVING
    await channel.close()
    await server.stop()
