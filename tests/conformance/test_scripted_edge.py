"""What the scripted server answers in HTTP is what Envoy makes of the same answers in gRPC."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.clients.scripted import ScriptedServer
from deploy.envoy.options import DESCRIPTORS
from deploy.envoy.run import Edge
from deploy.envoy.settings import EdgeSettings, UpstreamSettings
from tests.conformance.scripted_clients import CONTRACT, RECOMMEND, TRENDING, ask, frame

SCRIPT = [
    {"method": "grpc.health.v1.Health/Check", "reply": {"status": "SERVING"}},
    {
        "method": "Recommend",
        "error": {
            "code": "RESOURCE_EXHAUSTED",
            "reason": "QUOTA_EXHAUSTED",
            "message": 'später: 50% "x"',
            "metadata": {"limit": "3"},
            "retry_delay_ms": 1300,
            "field_violations": [{"field": "page_size", "description": "too large"}],
        },
        "trailers": {"x-request-id": "r1"},
    },
    {
        "method": "ListTrending",
        "reply": {"recommendations": [{"item_id": "ä", "score": 0.5, "position": 2}]},
        "trailers": {"x-request-id": "r2"},
    },
    {"method": "GetItem", "error": {"code": "NOT_FOUND", "message": "no such item"}},
]
# Of a server's own; others are added by every proxy.
HEADERS = ("content-type", "cache-control", "retry-after", "grpc-status", "grpc-message")
# As generated clients ask: what newer ones send besides is no error.
CALLER = {"x_request_id": "asked", "x_shortlist_client": "conformance/1.0.0"}
WEB = {"content_type": "application/grpc-web+proto", "x_grpc_web": "1", **CALLER}
BINARY = {"content_type": "application/proto", "connect_protocol_version": "1", **CALLER}


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """The ports of a scripted server and of an edge in front of it."""
    server = ScriptedServer(CONTRACT, SCRIPT)
    upstream = UpstreamSettings(endpoints=(f"127.0.0.1:{server.start()}",))
    edge = Edge(
        EdgeSettings(port=0, upstreams=(upstream,)), DESCRIPTORS, tmp_path_factory.mktemp("edge")
    )
    try:
        yield server.port, edge.port
    finally:
        edge.stop()
        server.close()


@pytest.mark.parametrize(
    ("target", "body", "headers"),
    [
        pytest.param("/v1/recommendations:recommend", {}, CALLER, id="rest_error_with_details"),
        pytest.param("/v1/trending?page_size=3&spelt=no", None, CALLER, id="rest_reply"),
        pytest.param("/v1/items/x", None, CALLER, id="rest_error_without_details"),
        pytest.param(RECOMMEND, {}, CALLER, id="connect_json_error"),
        pytest.param(RECOMMEND, b"", BINARY, id="connect_binary_error"),
        pytest.param(RECOMMEND, frame(b""), WEB, id="grpc_web_error"),
        pytest.param(TRENDING, {}, CALLER, id="connect_json_reply"),
        pytest.param(TRENDING, b"", BINARY, id="connect_binary_reply"),
        pytest.param(TRENDING, frame(b""), WEB, id="grpc_web_reply"),
    ],
)
def test_answers_are_those_of_the_edge(ports, target, body, headers):
    scripted, edge = (ask(port, target, body, **headers) for port in ports)
    assert scripted.status == edge.status
    assert scripted.body == edge.body
    for name in HEADERS:
        assert scripted.headers.get(name) == edge.headers.get(name), name
    # A request id is told in the same places.
    for name in ("x-request-id", "trailer-x-request-id"):
        if name in edge.headers and edge.headers[name] != "asked":
            assert scripted.headers[name] == edge.headers[name]


@pytest.mark.parametrize("target", ["/v1/none", "/v1/trending?page_size=many"])
def test_what_is_no_call_is_refused_alike(ports, target):
    scripted, edge = (ask(port, target) for port in ports)
    assert scripted.status == edge.status
    assert scripted.json()["code"] == edge.json()["code"]
    reasons = [each.json()["details"][0]["reason"] for each in (scripted, edge)]
    assert reasons == ["INVALID_REQUEST", "INVALID_REQUEST"]
