"""gRPC, gRPC-Web, Connect and REST on one port: the same answers, errors in each one's shape."""

from __future__ import annotations

import gzip
import json

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest

from server.gen.shortlist.v1 import event_service_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.e2e.harness.client import Client, event
from tests.e2e.harness.refusals import refused
from tests.edge.harness import (
    CONNECT,
    METHODS,
    TRENDING,
    connect,
    get,
    grpc_web,
    padded,
    rest_call,
    send,
)
from tests.edge.http2 import send_http2

TOO_MANY = service.ListTrendingRequest(page_size=999)
THREE = service.ListTrendingRequest(page_size=3)


@pytest.fixture(scope="module")
def client(edge):
    client = Client(edge.port)
    yield client
    client.close()


def items_of(reply):
    return [each["itemId"] for each in reply.json()["recommendations"]]


def test_every_protocol_gives_the_same_items(edge, client):
    expected = [each.item_id for each in client.recommendations.ListTrending(THREE).recommendations]
    assert len(expected) == 3
    assert items_of(get(edge.port, "/v1/trending?page_size=3")) == expected
    assert items_of(connect(edge.port, TRENDING, {"pageSize": 3})) == expected
    headers = {"content-type": "application/proto", "connect-protocol-version": "1"}
    binary = send(edge.port, "POST", TRENDING, headers=headers, body=THREE.SerializeToString())
    assert binary.headers["content-type"] == "application/proto"
    message = service.ListTrendingResponse.FromString(binary.body)
    assert [each.item_id for each in message.recommendations] == expected
    web = grpc_web(edge.port, TRENDING, THREE.SerializeToString())
    length = int.from_bytes(web.body[1:5], "big")
    message = service.ListTrendingResponse.FromString(web.body[5 : 5 + length])
    assert [each.item_id for each in message.recommendations] == expected
    assert b"grpc-status:0" in web.body[5 + length :]


def test_a_bidirectional_stream_passes(client):
    requests = [
        event_service_pb2.StreamEventsRequest(event=event("click", "i001", user=f"u{number}"))
        for number in range(3)
    ]
    replies = list(client.events.StreamEvents(iter(requests)))
    assert {each.result.event_id for each in replies} == {each.event.event_id for each in requests}
    assert all(each.result.HasField("accepted") for each in replies)


@pytest.mark.parametrize("call", ["grpc", "grpc_web", "connect", "connect_proto", "rest"])
def test_a_servers_error_keeps_its_reason_and_the_request_id(edge, client, call):
    sent = "request-of-the-client"
    if call == "grpc":
        answer = refused(
            client.recommendations.ListTrending, TOO_MANY, metadata=(("x-request-id", sent),)
        )
        assert (answer.code, answer.reason, answer.request_id) == (
            "INVALID_ARGUMENT",
            "INVALID_REQUEST",
            sent,
        )
        return
    if call == "grpc_web":
        reply = grpc_web(edge.port, TRENDING, TOO_MANY.SerializeToString(), x_request_id=sent)
        assert reply.headers["grpc-status"] == "3"
    elif call == "connect":
        reply = connect(edge.port, TRENDING, {"pageSize": 999}, x_request_id=sent)
        assert (reply.status, reply.json()["code"]) == (400, "invalid_argument")
        violations = BadRequest.FromString(padded(reply.json()["details"][1]["value"]))
        assert violations.field_violations[0].field == "page_size"
    elif call == "connect_proto":
        headers = {"content-type": "application/proto", "connect-protocol-version": "1"}
        headers["x-request-id"] = sent
        reply = send(
            edge.port, "POST", TRENDING, headers=headers, body=TOO_MANY.SerializeToString()
        )
        assert (reply.status, reply.json()["code"]) == (400, "invalid_argument")
    else:
        reply = get(edge.port, "/v1/trending?page_size=999", x_request_id=sent)
        assert (reply.status, reply.json()["code"]) == (400, 3)
    assert (reply.reason, reply.info.domain) == ("INVALID_REQUEST", "shortlist")
    assert reply.info.metadata["request_id"] == sent


@pytest.mark.parametrize(
    "method", [name for name, each in METHODS.items() if each.bindings and not each.is_streaming]
)
def test_every_binding_reaches_its_method(edge, method):
    verb, path = rest_call(METHODS[method])
    reply = send(edge.port, verb, path, headers={"content-type": "application/json"}, body="{}")
    # Whatever the method says to an empty request, a path that leads nowhere says something else.
    assert b"no such path" not in reply.body, reply


@pytest.mark.parametrize(
    "path", ["/v1/nothing", "/shortlist.v1.RecommendationService/Nothing", "/v1/items/a/b/c"]
)
def test_an_unknown_path_is_404_with_a_reason(edge, path):
    json_type = {"content-type": "application/json"}
    reply = send(edge.port, "POST", path, headers=json_type, body="{}")
    assert (reply.status, reply.reason) == (404, "INVALID_REQUEST")


def test_an_unknown_grpc_method_is_unimplemented(edge):
    with grpc.insecure_channel(f"127.0.0.1:{edge.port}") as channel:
        for path in ("/shortlist.v1.CatalogService/Nothing", "/foreign.v1.Service/Nothing"):
            with pytest.raises(grpc.RpcError) as caught:
                channel.unary_unary(path)(b"", timeout=10)
            assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize("body", ['{"pageSize":', '{"pageSize": "many"}', "[]"])
def test_text_that_is_not_the_request_is_400(edge, body):
    json_type = {"content-type": "application/json"}
    for path in (TRENDING, "/v1/events:write"):
        reply = send(edge.port, "POST", path, headers=json_type, body=body.replace("page", "x"))
        reply = send(edge.port, "POST", path, headers=json_type, body=body)
        if path == TRENDING or body != '{"pageSize": "many"}':
            assert (reply.status, reply.reason) == (400, "INVALID_REQUEST"), body


@pytest.mark.parametrize("size", [2, 999])
def test_json_over_http2_has_no_trailers_of_grpc(edge, size):
    body = json.dumps({"pageSize": size}).encode()
    replies = [
        send_http2(edge.port, "POST", TRENDING, headers=CONNECT, body=body),
        send_http2(edge.port, "GET", f"/v1/trending?page_size={size}", headers={}),
    ]
    for reply in replies:
        assert reply.status == (200 if size == 2 else 400)
        assert not reply.trailers
        assert reply.json()
    for etag in (each.headers["etag"] for each in replies if size == 2):
        same = {"if-none-match": etag}
        reply = send_http2(edge.port, "GET", "/v1/trending?page_size=2", headers=same)
        assert (reply.status, reply.body, reply.trailers) == (304, b"", {})


def test_requests_may_be_compressed(edge):
    packed = gzip.compress(json.dumps({"pageSize": 2}).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    for path in ("/v1/recommendations:recommend", TRENDING):
        reply = send(edge.port, "POST", path, headers=headers, body=packed)
        assert (reply.status, len(items_of(reply))) == (200, 2), reply.body
    headers = {**headers, "content-type": "application/proto", "connect-protocol-version": "1"}
    packed = gzip.compress(THREE.SerializeToString())
    reply = send(edge.port, "POST", TRENDING, headers=headers, body=packed)
    assert reply.status == 200, reply.body
    assert len(service.ListTrendingResponse.FromString(reply.body).recommendations) == 3


def test_an_unknown_method_of_connect_is_unimplemented(edge):
    reply = connect(edge.port, "/shortlist.v1.RecommendationService/Nothing", {})
    assert (reply.status, reply.json()["code"]) == (404, "unimplemented")


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("kind", ["application/proto", "application/grpc-web+proto", "text/plain"])
def test_calls_are_posts(edge, verb, kind):
    """Others would reach the server, whose gRPC library calls them an internal error."""
    for path in (TRENDING, "/shortlist.v1.RecommendationService/Nothing"):
        reply = send(edge.port, verb, path, headers={"content-type": kind})
        assert reply.reason == "INVALID_REQUEST"
        if "grpc" in kind:
            assert (reply.status, reply.headers["grpc-status"]) == (200, "12")
        else:
            assert (reply.status, reply.json()["code"]) == (405, "unimplemented")
            assert reply.headers["allow"] == "POST"


def test_what_the_edge_says_to_grpc_is_not_padded(edge):
    details = grpc_web(edge.port, "/foreign.v1.Service/Nothing", b"").headers
    assert not details["grpc-status-details-bin"].endswith("=")


@pytest.mark.parametrize("space", ["+", "%20"])
def test_spaces_of_a_query_may_be_written_in_either_way(edge, space):
    reply = get(edge.port, f"/v1/items?page_size=2&filter=category{space}!={space}%22none%22")
    assert (reply.status, len(reply.json()["items"])) == (200, 2), reply.body
    # A plus sign itself is still written `%2B`.
    refused = get(edge.port, f"/v1/items?filter=category{space}%2B{space}%22none%22")
    assert refused.reason == "INVALID_FILTER"


@pytest.mark.parametrize("call", ["rest", "connect", "connect_proto", "grpc_web", "grpc"])
@pytest.mark.parametrize("size", [1, -1])
def test_the_request_is_called_what_its_body_calls_it(edge, client, call, size):
    path = "/shortlist.v1.RecommendationService/Recommend"
    message = {"pageSize": size, "requestId": "of-the-body"}
    request = service.RecommendRequest(page_size=size, request_id="of-the-body")
    if call == "grpc":
        answer = client.recommendations.Recommend.future(request)
        assert dict(answer.trailing_metadata())["x-request-id"] == "of-the-body"
        return
    if call == "grpc_web":
        reply = grpc_web(edge.port, path, request.SerializeToString())
        named = reply.headers.get("x-request-id", "")
        assert named == "of-the-body" or b"x-request-id:of-the-body" in reply.body
        return
    if call == "rest":
        reply = connect(edge.port, "/v1/recommendations:recommend", message)
    elif call == "connect":
        reply = connect(edge.port, path, message)
    else:
        headers = {"content-type": "application/proto", "connect-protocol-version": "1"}
        reply = send(edge.port, "POST", path, headers=headers, body=request.SerializeToString())
    assert reply.headers["x-request-id"] == "of-the-body"
    if call != "rest" and size > 0:
        assert reply.headers["trailer-x-request-id"] == "of-the-body"


def test_a_request_that_is_too_large_is_413_with_a_reason(edge):
    message = {"itemIds": ["x" * 100] * 5000}
    for path in ("/v1/recommendations:rank", "/shortlist.v1.RecommendationService/RankItems"):
        reply = connect(edge.port, path, message)
        assert (reply.status, reply.reason) == (413, "INVALID_REQUEST")
        assert b"the request is too large" in reply.body


def test_a_deadline_of_json_callers_reaches_the_server(edge):
    clicked = {"type": "EVENT_TYPE_CLICK", "userId": "u1", "items": [{"itemId": "i001"}]}
    message = {"event": {"eventId": "e-late", **clicked}}
    path = "/shortlist.v1.EventService/WriteEvent"
    reply = connect(edge.port, path, message, connect_timeout_ms="1")
    assert (reply.status, reply.reason) == (504, "DEADLINE_TOO_SHORT")
    reply = connect(edge.port, "/v1/events:write", message, grpc_timeout="1u")
    assert (reply.status, reply.reason) == (504, "DEADLINE_TOO_SHORT")


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_large_json_is_compressed_for_those_who_ask(edge, encoding):
    plain = get(edge.port, "/v1/trending?page_size=50")
    assert "content-encoding" not in plain.headers
    packed = get(edge.port, "/v1/trending?page_size=50", accept_encoding=encoding)
    assert packed.headers["content-encoding"] == encoding
    assert len(packed.body) < len(plain.body) / 2
    if encoding == "gzip":
        assert items_of(plain) == [
            each["itemId"] for each in json.loads(gzip.decompress(packed.body))["recommendations"]
        ]


def test_what_the_edge_uses_inside_stays_inside(edge):
    replies = [
        get(edge.port, "/v1/trending"),
        get(edge.port, "/v1/nothing"),
        connect(edge.port, TRENDING, {"pageSize": 999}),
        get(edge.port, "/"),
    ]
    for reply in replies:
        assert not [name for name in reply.headers if name.startswith(("x-edge", "x-envoy"))]
        assert "grpc-status" not in reply.headers
        assert reply.headers["x-request-id"]


@pytest.mark.parametrize("sent", ["x" * 129, "with space", "caf\u00e9", 'quote"and/slash'])
def test_a_request_id_that_cannot_be_one_is_replaced(edge, sent):
    for path in ("/v1/trending?page_size=999", "/v1/nothing"):
        reply = get(edge.port, path, x_request_id=sent)
        assert reply.reason == "INVALID_REQUEST"
        assert reply.info.metadata["request_id"] != sent


def test_bytes_that_are_no_text_are_refused_in_text(edge):
    json_type = {"content-type": "application/json"}
    reply = send(edge.port, "POST", TRENDING, headers=json_type, body=b'{"filter": "\xff\xfe"x}')
    assert (reply.status, reply.reason) == (400, "INVALID_REQUEST")
    assert reply.json()["message"]


def test_health_says_whether_a_server_is_healthy(edge):
    assert get(edge.port, "/healthz").status == 200
