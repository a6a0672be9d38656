"""Servers that go and come back; canaries; retries."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health, health_pb2_grpc
from grpc_status import rpc_status

from deploy.envoy.routes import retry_policy
from deploy.envoy.settings import UpstreamSettings
from tests.edge.harness import METHODS, TRENDING, connect, get, grpc_web, info_in, raw_grpc


def wait_for(condition, timeout_s=15.0):
    """Return whether a condition came true in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_without_a_server_callers_get_503_and_then_service_again(start_server, start_edge):
    server = start_server()
    edge = start_edge(server)
    assert get(edge.port, "/v1/trending").status == 200
    server.kill()

    reply = get(edge.port, "/v1/trending")
    assert (reply.status, reply.reason) == (503, "DEPENDENCY_UNAVAILABLE")
    reply = connect(edge.port, TRENDING, {})
    assert (reply.status, reply.json()["code"]) == (503, "unavailable")
    assert reply.reason == "DEPENDENCY_UNAVAILABLE"
    reply = grpc_web(edge.port, TRENDING, b"")
    assert (reply.headers["grpc-status"], reply.reason) == ("14", "DEPENDENCY_UNAVAILABLE")
    with pytest.raises(grpc.RpcError) as caught:
        raw_grpc(edge.port, TRENDING)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    status = rpc_status.from_call(caught.value)
    assert info_in(status.SerializeToString()).reason == "DEPENDENCY_UNAVAILABLE"
    assert wait_for(lambda: get(edge.port, "/healthz").status == 503)

    again = start_server(data_dir=server.data_dir, port=server.port)
    assert again.port == server.port
    assert wait_for(lambda: get(edge.port, "/v1/trending").status == 200)
    assert raw_grpc(edge.port, TRENDING)


class Bare(grpc.GenericRpcHandler):
    """Refuses one method with a code alone, as a gRPC library does by itself."""

    def __init__(self, code):
        self.code = code

    def service(self, details):
        def refuse(request, context):
            context.abort(self.code, "in its own words")

        return grpc.unary_unary_rpc_method_handler(refuse) if details.method == TRENDING else None


@pytest.fixture
def bare_edge(start_edge):
    """Give `bare_edge(code)`: an edge in front of a server that has nothing but this code."""
    servers = []

    def start(code):
        server = grpc.server(ThreadPoolExecutor(2))
        server.add_generic_rpc_handlers([Bare(code)])
        health_pb2_grpc.add_HealthServicer_to_server(health.HealthServicer(), server)
        address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        servers.append(server)
        edge = start_edge(upstreams=(UpstreamSettings(endpoints=(address,)),))
        assert wait_for(lambda: get(edge.port, "/healthz").status == 200)
        return edge

    yield start
    for each in servers:
        each.stop(0)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (grpc.StatusCode.DEADLINE_EXCEEDED, (504, "DEADLINE_TOO_SHORT")),
        (grpc.StatusCode.UNAVAILABLE, (503, "DEPENDENCY_UNAVAILABLE")),
    ],
)
def test_a_code_without_a_reason_gets_one(bare_edge, code, expected):
    edge = bare_edge(code)
    for reply in (get(edge.port, "/v1/trending"), connect(edge.port, TRENDING, {})):
        assert (reply.status, reply.reason) == expected
        assert reply.info.metadata["request_id"] == reply.headers["x-request-id"]


def test_a_code_that_has_no_reason_keeps_its_message(bare_edge):
    edge = bare_edge(grpc.StatusCode.UNIMPLEMENTED)
    for reply in (get(edge.port, "/v1/trending"), connect(edge.port, TRENDING, {})):
        assert (reply.status, reply.json()["message"]) == (501, "in its own words")


def test_a_pool_gets_its_share_and_the_other_takes_over(open_server, start_server, start_edge):
    canary = start_server()
    edge = start_edge(
        upstreams=(
            UpstreamSettings(endpoints=(f"127.0.0.1:{open_server.port}",), weight=50),
            UpstreamSettings(name="canary", endpoints=(f"127.0.0.1:{canary.port}",), weight=50),
        )
    )
    # Each server keeps its own page, so that their tokens tell them apart.
    path = "/v1/trending?page_size=9"
    tokens = {get(edge.port, path).json()["attributionToken"] for _ in range(40)}
    assert len(tokens) >= 2


def test_a_server_that_is_gone_is_left_out_of_its_pool(open_server, start_server, start_edge):
    other = start_server()
    edge = start_edge(open_server, other)
    other.kill()
    # Not one of these fails, though half of them go to the dead server first: they are retried
    # until its failing health checks leave it out.
    assert [get(edge.port, "/v1/trending").status for _ in range(30)] == [200] * 30


def test_a_write_that_may_have_happened_is_not_repeated():
    assert "unavailable" in retry_policy(METHODS["GetItem"])["retry_on"].split(",")
    created = retry_policy(METHODS["CreateItem"])["retry_on"].split(",")
    assert created == ["connect-failure", "refused-stream"]
