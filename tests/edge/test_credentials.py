"""Wrong, expired and missing credentials are refused on every method, in every protocol."""

from __future__ import annotations

import time

import grpc
import pytest
from grpc_status import rpc_status

from server.gateway.adapters.file_api_keys import FileApiKeys
from server.gateway.auth.api_keys import make_api_key
from server.gateway.auth.scope import Scope
from tests.edge.harness import (
    CONTRACT,
    METHODS,
    TRENDING,
    connect,
    get,
    grpc_web,
    info_in,
    raw_grpc,
    rest_call,
    send,
)

REFUSED = {
    "missing": ({}, "CREDENTIALS_MISSING"),
    "unknown key": ("key:unknown", "CREDENTIALS_INVALID"),
    "expired key": ("key:expired", "CREDENTIALS_EXPIRED"),
    "expired token": ("token:expired", "CREDENTIALS_EXPIRED"),
    "forged token": ("token:forged", "CREDENTIALS_INVALID"),
    "foreign token": ("token:foreign", "CREDENTIALS_INVALID"),
    "garbage": ("token:garbage", "CREDENTIALS_INVALID"),
}
UNARY = [method for method in CONTRACT.methods if not method.is_streaming]


def headers_of(credentials, which):
    if not which:
        return {}
    kind, name = which.split(":")
    return credentials.key(name) if kind == "key" else credentials.token(name)


def refusal(port, method, headers):
    """Return code and reason of a gRPC call that must be refused by the edge."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        fields = tuple((key.replace("_", "-"), value) for key, value in headers.items())
        if method.is_streaming:
            call = channel.stream_stream(method.path)(iter([b""]), metadata=fields, timeout=10)
            with pytest.raises(grpc.RpcError) as caught:
                list(call)
            error = call
        else:
            with pytest.raises(grpc.RpcError) as caught:
                channel.unary_unary(method.path)(b"", metadata=fields, timeout=10)
            error = caught.value
    status = rpc_status.from_call(error)
    assert status is not None, caught.value
    return error.code().name, info_in(status.SerializeToString()).reason


@pytest.mark.parametrize("method", CONTRACT.methods, ids=lambda method: method.path)
@pytest.mark.parametrize("kind", REFUSED)
def test_bad_credentials_are_refused_by_grpc(guarded_edge, credentials, method, kind):
    which, reason = REFUSED[kind]
    headers = headers_of(credentials, which)
    assert refusal(guarded_edge.port, method, headers) == ("UNAUTHENTICATED", reason)


@pytest.mark.parametrize("method", UNARY, ids=lambda method: method.path)
def test_bad_credentials_are_refused_by_http(guarded_edge, credentials, method):
    for which, reason in REFUSED.values():
        fields = {k.replace("_", "-"): v for k, v in headers_of(credentials, which).items()}
        forms = [("POST", method.path), *([rest_call(method)] if method.bindings else [])]
        for verb, path in forms:
            headers = {"content-type": "application/json", **fields}
            reply = send(guarded_edge.port, verb, path, headers=headers, body="{}")
            assert (reply.status, reply.reason) == (401, reason), path


@pytest.mark.parametrize(
    "method", [each for each in UNARY if each.scope != "client"], ids=lambda method: method.path
)
def test_a_narrow_scope_is_refused(guarded_edge, credentials, method):
    for headers in (credentials.key("client"), credentials.token("valid")):
        assert refusal(guarded_edge.port, method, headers) == (
            "PERMISSION_DENIED",
            "SCOPE_INSUFFICIENT",
        )


def test_the_scope_that_is_needed_is_named_in_every_protocol(guarded_edge, credentials):
    headers, port = credentials.key("client"), guarded_edge.port
    needed = {"request_id": "of-the-caller", "required_scope": "partner"}
    named = {"x_request_id": "of-the-caller", **headers}
    path = METHODS["DeleteItem"].path
    fields = {key.replace("_", "-"): value for key, value in named.items()}
    rest = send(port, "DELETE", "/v1/items/x", headers=fields)
    for reply in (rest, connect(port, path, {}, **named), grpc_web(port, path, b"", **named)):
        assert (reply.reason, dict(reply.info.metadata)) == ("SCOPE_INSUFFICIENT", needed)
    assert rest.json()["message"] == "needs partner scope, and these credentials have client"
    with pytest.raises(grpc.RpcError) as caught:
        raw_grpc(port, path, **named)
    status = rpc_status.from_call(caught.value)
    assert dict(info_in(status.SerializeToString()).metadata) == needed


def test_a_scope_that_is_no_text_is_none(open_server, start_edge, checks, credentials):
    edge = start_edge(open_server, auth=checks)
    fields = credentials.token("odd")
    reply = send(edge.port, "DELETE", "/v1/items/x", headers=fields)
    assert (reply.status, reply.reason) == (403, "SCOPE_INSUFFICIENT")
    assert get(edge.port, "/v1/trending", **fields).status == 200


@pytest.mark.parametrize("which", ["key:client", "key:admin", "token:valid", "token:partner"])
def test_good_credentials_pass_in_every_protocol(guarded_edge, credentials, which):
    headers, port = headers_of(credentials, which), guarded_edge.port
    assert raw_grpc(port, TRENDING, **headers)
    assert grpc_web(port, TRENDING, b"", **headers).status == 200
    assert connect(port, TRENDING, {}, **headers).status == 200
    assert get(port, "/v1/trending", **headers).status == 200


def test_grpc_web_learns_of_the_refusal_by_headers(guarded_edge):
    reply = grpc_web(guarded_edge.port, TRENDING, b"")
    assert (reply.status, reply.headers["grpc-status"]) == (200, "16")
    assert reply.reason == "CREDENTIALS_MISSING"


def test_the_server_has_the_last_word_on_the_subject(guarded_edge, credentials):
    # The token is of u001; whom a request is for is in its body, which the edge does not read.
    path = "/v1/recommendations:recommend"
    own = connect(guarded_edge.port, path, {"userId": "u001"}, **credentials.token("valid"))
    assert own.status == 200
    other = send(
        guarded_edge.port,
        "POST",
        path,
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {credentials.tokens['valid']}",
        },
        body='{"userId": "u002"}',
    )
    assert (other.status, other.reason) == (403, "SUBJECT_MISMATCH")


def test_pages_health_and_preflights_need_no_credentials(guarded_edge):
    assert get(guarded_edge.port, "/healthz").status == 200
    headers = {"Origin": "http://tv.example", "Access-Control-Request-Method": "POST"}
    assert send(guarded_edge.port, "OPTIONS", "/v1/trending", headers=headers).status == 200


def test_a_new_key_counts_and_a_revoked_one_does_not(guarded_edge, credentials):
    store = FileApiKeys(credentials.folder / "api-keys.json")
    new = make_api_key(scope=Scope.CLIENT, now_ms=time.time_ns() // 1_000_000)

    def soon(status):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            reply = get(guarded_edge.port, "/v1/trending", x_api_key=new.text)
            if reply.status == status:
                return True
            time.sleep(0.1)
        return False

    assert get(guarded_edge.port, "/v1/trending", x_api_key=new.text).status == 401
    store.change(lambda old: [*old, new.record])
    assert soon(200)
    store.change(lambda old: [each for each in old if each.id != new.record.id])
    assert soon(401)


def test_an_edge_without_checks_leaves_them_to_the_server(guarded_server, start_edge, credentials):
    edge = start_edge(guarded_server)
    assert get(edge.port, "/v1/trending", **credentials.key("client")).status == 200
    reply = get(edge.port, "/v1/trending", **credentials.key("unknown"))
    assert (reply.status, reply.reason) == (401, "CREDENTIALS_INVALID")
    assert get(edge.port, "/v1/trending").reason == "CREDENTIALS_MISSING"
