"""What strangers and callers could try at the edge: by bodies, headers, paths and sheer number."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import time

import grpc
import pytest

from deploy.envoy.settings import LimitSettings
from tests.edge.harness import TRENDING, connect, get, grpc_web, raw_grpc, send
from tests.edge.http2 import send_http2

JSON = {"content-type": "application/json"}


def test_a_body_does_not_change_what_an_address_stands_for(edge):
    """Replies of GET are kept by caches by their address alone; a body is no part of it."""
    path = "/v1/trending?page_size=3"
    shown = send(edge.port, "GET", path).json()["recommendations"]
    for body in ('{"filter": "kind = 1"}', '{"pageSize": 1}', '{"readMask": "*"}', "x", ""):
        reply = send(edge.port, "GET", path, headers=JSON, body=body)
        assert (reply.status, reply.json()["recommendations"]) == (200, shown), body
    # In pieces of unknown length too, and none.
    chunked = {**JSON, "transfer-encoding": "chunked"}
    for body in ("2\r\nxx\r\n0\r\n\r\n", "0\r\n\r\n"):
        reply = send(edge.port, "GET", path, headers=chunked, body=body)
        assert (reply.status, reply.json()["recommendations"]) == (200, shown)


def test_a_token_in_the_address_is_none(open_server, start_edge, checks, credentials):
    """Addresses end up in logs and histories; and a server does not look there."""
    edge = start_edge(open_server, auth=checks)
    token = credentials.tokens["valid"]
    assert get(edge.port, "/v1/trending", authorization=f"Bearer {token}").status == 200
    reply = get(edge.port, f"/v1/trending?access_token={token}")
    assert (reply.status, reply.reason) == (401, "CREDENTIALS_MISSING")
    # No transcoded call, whose address is replaced before it is looked at.
    with pytest.raises(grpc.RpcError) as caught:
        raw_grpc(edge.port, f"{TRENDING}?access_token={token}")
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer"])
def test_the_scheme_of_a_token_is_spelt_as_one_likes(guarded_edge, credentials, scheme):
    """RFC 9110, section 11.1; the server takes them all too."""
    for name, status in (("valid", 200), ("forged", 401)):
        headers = {"authorization": f"{scheme} {credentials.tokens[name]}"}
        assert get(guarded_edge.port, "/v1/trending", **headers).status == status


@pytest.mark.parametrize(
    "path", ["/.env", "/%2eenv", "/%2Eenv", "/assets/.git/config", "/x/../.env"]
)
def test_hidden_files_are_not_pages(edge, pages, path):
    (pages / ".env").write_text("SECRET=1")
    (pages / "assets" / ".git").mkdir(exist_ok=True)
    (pages / "assets" / ".git" / "config").write_text("SECRET=1")
    for verb in ("GET", "HEAD"):
        assert send(edge.port, verb, path).status == 404


def test_what_is_well_known_is_a_page(edge, pages):
    """RFC 8615."""
    (pages / ".well-known").mkdir(exist_ok=True)
    (pages / ".well-known" / "assetlinks.json").write_text("[]")
    (pages / ".well-known" / ".env").write_text("SECRET=1")
    assert get(edge.port, "/.well-known/assetlinks.json").body == b"[]"
    assert get(edge.port, "/.well-known/.env").status == 404


def test_callers_cannot_choose_what_the_access_log_says(
    guarded_server, start_edge, checks, pages, tmp_path
):
    path = tmp_path / "access.log"
    edge = start_edge(guarded_server, auth=checks, access_log=path, static=pages)
    lie = {"x-envoy-original-path": "/lie", "x-envoy-original-method": "LIE"}
    for verb, where in (("GET", "/index.html"), ("GET", "/healthz"), ("GET", "/v1/trending")):
        send(edge.port, verb, where, headers=lie)
    with pytest.raises(grpc.RpcError):
        raw_grpc(edge.port, TRENDING, **{k.replace("-", "_"): v for k, v in lie.items()})
    edge.stop()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(each["method"], each["path"]) for each in lines] == [
        ("GET", "/index.html"),
        ("GET", "/healthz"),
        ("GET", "/v1/trending"),
        ("POST", TRENDING),
    ]


def seconds_each(port, key, count):
    """Return how long a refused call takes on an open connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        reader = connection.makefile("rb")
        request = f"GET /v1/trending HTTP/1.1\r\nhost: x\r\nx-api-key: {key}\r\n\r\n".encode()
        started_s = time.monotonic()
        for _ in range(count):
            connection.sendall(request)
            assert reader.readline().startswith(b"HTTP/1.1 401 ")
            length = 0
            while (line := reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            reader.read(length)
        return (time.monotonic() - started_s) / count


def test_a_long_key_costs_no_more_than_one_of_an_unknown_name(guarded_edge, credentials):
    """The name of an app's key is known to everyone: what follows must not be hashed at any length,
    as nobody counts the calls of those whose key is wrong."""
    known = credentials.keys["client"].split("_")[1]
    tail = "a" * 50_000
    unknown_s = min(seconds_each(guarded_edge.port, f"slk_zzzzzzzz_{tail}", 20) for _ in range(5))
    known_s = min(seconds_each(guarded_edge.port, f"slk_{known}_{tail}", 20) for _ in range(5))
    assert known_s < 3 * unknown_s


def test_strangers_cannot_use_up_what_all_callers_share(
    guarded_server, start_edge, checks, credentials, pages
):
    """Pages and services without a scope count for an address."""
    limits = LimitSettings(per_caller_rate=5, per_caller_burst=10, total_rate=50, total_burst=50)
    edge = start_edge(guarded_server, auth=checks, limits=limits, static=pages)
    statuses = [get(edge.port, "/index.html").status for _ in range(60)]
    assert statuses[:10] == [200] * 10
    assert 429 in statuses
    assert get(edge.port, "/v1/trending", **credentials.key("client")).status == 200
    unknown = "/shortlist.v1.RecommendationService/Nothing"
    proto = {"content_type": "application/proto"}
    assert connect(edge.port, unknown, {}, **proto).reason == "QUOTA_EXHAUSTED"


def test_one_callers_nonsense_does_not_fail_others(edge):
    # gRPC's C core remembers a header's name with its failure, if it comes by a table of headers.
    for _ in range(12):
        reply = grpc_web(edge.port, TRENDING, b"", x_nonsense_bin="!!!")
        assert reply.headers["grpc-status"] == "13"
    for _ in range(30):
        reply = grpc_web(edge.port, TRENDING, b"", x_nonsense_bin="AAAA")
        assert "grpc-status" not in reply.headers


@pytest.mark.parametrize("encoding", ["nonsense", "GZIP", "br"])
def test_an_unknown_encoding_of_messages_is_refused_before_a_server_sees_it(edge, encoding):
    reply = grpc_web(edge.port, TRENDING, b"", grpc_encoding=encoding)
    assert (reply.headers["grpc-status"], reply.reason) == ("12", "INVALID_REQUEST")


def test_a_small_request_that_unpacks_to_a_large_one_is_refused(edge):
    # The edge takes a quarter of a megabyte.
    packed = gzip.compress(b'{"filter": "' + b"x" * 20_000_000 + b'"}')
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    reply = send(edge.port, "POST", "/v1/recommendations:recommend", headers=headers, body=packed)
    assert reply.status in (400, 413)
    assert reply.reason == "INVALID_REQUEST"


@pytest.mark.parametrize("body", [b'{"pageSize": 1}', b"\x1f{}", b"x" * 100_000])
@pytest.mark.parametrize("kind", ["application/json", "application/proto"])
def test_what_is_not_packed_as_it_says_is_not_taken_for_nothing(edge, body, kind):
    headers = {"content-type": kind, "content-encoding": "gzip", "connect-protocol-version": "1"}
    reply = send(edge.port, "POST", TRENDING, headers=headers, body=body)
    assert (reply.status, reply.reason) == (400, "INVALID_REQUEST"), reply.body
    if kind == "application/json":
        assert reply.json()["message"] == "the body is not gzip, as its content-encoding says"


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_a_body_that_never_ends_is_not_waited_for(edge, verb):
    """Within the method's deadline, 2 s: nobody holds a connection and its memory for longer."""
    path = {"GET": "/v1/trending", "POST": "/v1/recommendations:recommend"}[verb]
    head = f"{verb} {path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", edge.port), timeout=0.25) as connection:
        connection.sendall(head.encode())
        started_s, reply = time.monotonic(), b""
        while not reply and time.monotonic() < started_s + 5:
            with contextlib.suppress(TimeoutError):
                reply = connection.recv(65_536)
            connection.sendall(b"1\r\n \r\n")
    assert reply.startswith(b"HTTP/1.1 504 ")
    assert b"DEADLINE_TOO_SHORT" in reply


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/trending", TRENDING, "/nothing.html"])
def test_a_refusal_of_head_has_no_body(edge, path):
    """What followed the headers would be taken for the next reply: perhaps another caller's."""
    requests = f"HEAD {path} HTTP/1.1\r\nhost: x\r\n\r\n"
    requests += "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", edge.port), timeout=20) as connection:
        connection.sendall(requests.encode())
        replies = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, after = replies.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 40")
    assert b"x-edge" not in head
    assert after.startswith(b"HTTP/1.1 200 ")
    reply = send_http2(edge.port, "HEAD", path, headers={})
    assert (reply.status in (404, 405), reply.body) == (True, b"")


def test_without_memory_callers_are_refused_and_told_to_come_back(open_server, start_edge):
    edge = start_edge(open_server, max_memory_bytes=1024 * 1024)
    deadline_s = time.monotonic() + 10
    while (reply := get(edge.port, "/v1/trending")).status == 200:
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    assert "x-edge-details" not in reply.headers
    assert get(edge.port, "/healthz").status == 503


def test_headers_that_a_server_finds_too_large_are_the_callers_fault(edge):
    """Its gRPC library lists the names and sizes of them all instead of a reason."""
    large = {"x_large": "~" * 20_000}
    for reply in (
        get(edge.port, "/v1/trending", **large),
        connect(edge.port, TRENDING, {}, **large),
    ):
        assert (reply.status, reply.reason) == (400, "INVALID_REQUEST")
        assert b"x-forwarded" not in reply.body


def test_another_protocol_on_the_same_connection_is_refused_as_such(edge):
    upgrade = {"connection": "upgrade", "upgrade": "websocket"}
    reply = send(edge.port, "GET", "/v1/trending", headers=upgrade)
    assert reply.reason == "INVALID_REQUEST"
    assert reply.json()["code"] == 3


def test_types_are_not_guessed(edge):
    for path in ("/v1/trending", "/v1/nothing", "/", "/nothing.html"):
        assert get(edge.port, path).headers["x-content-type-options"] == "nosniff"
