"""Wrong names in REST are told to callers who ask for it; for all others they are ignored."""

from __future__ import annotations

import contextlib
import json
import socket
import time
import zlib

import pytest

from deploy.envoy.json_fields import ANY_NAME, OPAQUE, json_fields
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from tests.edge.harness import CONTRACT, METHODS, TRENDING, connect, get, raw_grpc, rest, send

RECOMMEND = "/v1/recommendations:recommend"
JSON = {"content-type": "application/json", "prefer": "handling=strict"}
STRICT = {"prefer": "handling=strict"}


def named(reply):
    """Return the field of a refusal that is right in all else."""
    assert (reply.status, reply.reason) == (400, "INVALID_REQUEST"), reply
    (violation,) = reply.json()["details"][1]["fieldViolations"]
    assert reply.json()["message"] == f"{violation['field']}: {violation['description']}"
    assert reply.info.metadata["request_id"] == reply.headers["x-request-id"]
    return violation["field"]


@pytest.mark.parametrize(
    ("verb", "path", "message", "field"),
    [
        ("POST", RECOMMEND, {"pgae_size": 5}, "pgae_size"),
        ("POST", RECOMMEND, {"pageSize": 5, "context": {"contry": "DE"}}, "context.contry"),
        ("POST", RECOMMEND, {"userId": "{", "context": {"a": [{}, {"b": "}"}]}}, "context.a"),
        (
            "POST",
            "/v1/events:batchWrite",
            {"events": [{"items": []}, {"items": [{}, {"prize": 1}]}]},
            "events[1].items[1].prize",
        ),
        ("POST", "/v1/items?item_id=x", {"titel": "x"}, "item.titel"),
        (
            "PATCH",
            "/v1/items/x",
            {"attributes": {"any name": {"nmberValue": 1}}},
            "item.attributes.any name.nmberValue",
        ),
        ("POST", RECOMMEND, {"x" * 500: 5}, "x" * 129),
        ("GET", "/v1/trending?pgae_size=3", None, "pgae_size"),
        ("GET", "/v1/items/i001:similar?page_size=3&context.contry=DE", None, "context.contry"),
        ("GET", "/v1/trending?context%2Econtry=DE", None, "context.contry"),
        (
            "GET",
            "/v1/trending?context.surfaceAttributes.shelf=top",
            None,
            "context.surfaceAttributes.shelf",
        ),
        ("PATCH", "/v1/items/x?alow_missing=true", {"title": "x"}, "alow_missing"),
    ],
)
def test_a_wrong_name_is_told(edge, verb, path, message, field):
    if verb == "GET":
        reply = get(edge.port, path, **STRICT)
    else:
        reply = rest(edge.port, path, message, verb=verb, **STRICT)
    assert named(reply) == field


def test_a_name_of_any_bytes_is_told_in_text(edge):
    body = b'{"pgae_s\xc3\xafze\x01\xff": 5}'
    assert named(send(edge.port, "POST", RECOMMEND, headers=JSON, body=body)) == "pgae_s??ze??"


def pieces(port, texts, header="accept: */*"):
    """Send a body in pieces that arrive one by one; return the status line and what follows."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as to:
        head = f"POST {RECOMMEND} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        head += f"{header}\r\nprefer: handling=strict\r\n"
        to.sendall(f"{head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        for text in texts:
            to.sendall(f"{len(text):x}\r\n".encode() + text + b"\r\n")
            time.sleep(0.002)
        to.sendall(b"0\r\n\r\n")
        received = b""
        # What is refused early is answered before all of it has come.
        with contextlib.suppress(ConnectionResetError):
            while more := to.recv(65_536):
                received += more
    return received


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_body_in_pieces_is_read_as_one(edge, size):
    def cut(text):
        return [text[at : at + size] for at in range(0, len(text), size)]

    good = json.dumps({"userId": 'a\\"b:{', "seedItemIds": ["x"], "context": {"country": "DE"}})
    assert pieces(edge.port, cut(good.encode())).startswith(b"HTTP/1.1 200")
    wrong = good.replace("country", "contry").encode()
    received = pieces(edge.port, cut(wrong))
    assert received.startswith(b"HTTP/1.1 400")
    assert b'"field":"context.contry"' in received
    # After the whole of a request, too.
    assert pieces(edge.port, [good.encode(), b"  \n"]).startswith(b"HTTP/1.1 200")


def test_what_is_refused_has_no_effect(edge):
    item = {"title": "Misspelt", "atributes": {}}
    assert named(rest(edge.port, "/v1/items?item_id=misspelt", item, **STRICT)) == "item.atributes"
    assert get(edge.port, "/v1/items/misspelt").status == 404


@pytest.mark.parametrize(
    "text",
    [
        '{"pageSize": 1}',
        '{"page_size": 1, "seedItemIds": ["a:b", "c\\"d", "{e"]}',
        '{"readMask": "*", "context": {"clientTime": "2026-01-01T00:00:00Z"}}',
        '{"p\\u0061geSize": 1}',
        "{}",
        "",
    ],
)
def test_right_names_pass_however_they_are_written(edge, text):
    reply = send(edge.port, "POST", RECOMMEND, headers=JSON, body=text)
    assert b"no such field" not in reply.body
    assert reply.status == 200 or b"seed_item_ids" in reply.body


def test_parameters_have_either_name(edge):
    for query in ("page_size=1", "pageSize=1", "context.deviceClass=1", "", "&", "page_size=1&"):
        assert get(edge.port, f"/v1/trending?{query}", **STRICT).status == 200, query


def test_who_does_not_ask_may_be_newer_and_is_let_be(edge):
    newer = {"pageSize": 1, "ofTheFuture": {"a": [1]}}
    assert rest(edge.port, RECOMMEND, newer).status == 200
    assert get(edge.port, "/v1/trending?of_the_future=1").status == 200
    assert rest(edge.port, RECOMMEND, newer, prefer="handling=lenient").status == 200
    assert connect(edge.port, TRENDING, newer, **STRICT).status == 200
    unknown = service.RecommendRequest(page_size=1).SerializeToString() + b"\xfa\x7f\x03new"
    assert raw_grpc(edge.port, METHODS["Recommend"].path, unknown)


@pytest.mark.parametrize(
    "prefer",
    [
        "handling=strict",
        'respond-async, Handling="strict"',
        "wait=5; x, handling = strict",
        "handling=strict; why=x, handling=lenient",
    ],
)
def test_strictness_is_asked_for_as_http_has_it(edge, prefer):
    assert named(rest(edge.port, RECOMMEND, {"pgae_size": 5}, prefer=prefer)) == "pgae_size"


@pytest.mark.parametrize(
    "prefer",
    [
        "handling=stricter",
        "x; handling=strict",
        "handling=lenient, handling=strict",
        "handling",
        "",
    ],
)
def test_other_preferences_ask_for_no_strictness(edge, prefer):
    """Of a preference that is there twice, the first counts (RFC 7240, section 2)."""
    assert rest(edge.port, RECOMMEND, {"pgae_size": 5}, prefer=prefer).status == 200


def test_a_wrong_name_is_told_of_a_body_that_does_not_end(edge):
    """At once, and as what it is, not as a request that took too long."""
    for first, then in (
        ('{"pageSize": 1,', '"pgae": 1,'),
        ('{"pageSize": 1', ', "pgae": 1,'),
        ('{"userId": "x', '", "pgae": 1,'),
        ('{"userId": "x\\', '"", "pgae": 1,'),
        ('{"pg', 'ae": 1,'),
        ('{"pgae"', ": 1,"),
        ("{", '"pgae": 1,'),
    ):
        head = f"POST {RECOMMEND} HTTP/1.1\r\nhost: x\r\nprefer: handling=strict\r\n"
        with socket.create_connection(("127.0.0.1", edge.port), timeout=20) as to:
            to.sendall(f"{head}transfer-encoding: chunked\r\n\r\n".encode())
            for text in (first, then):
                to.sendall(f"{len(text):x}\r\n{text}\r\n".encode())
                time.sleep(0.05)
            started_s = time.monotonic()
            reply = to.recv(65_536)
        assert reply.startswith(b"HTTP/1.1 400 "), (first, reply)
        assert b'"field":"pgae"' in reply
        assert time.monotonic() < started_s + 1


def test_a_wrong_name_is_told_of_a_body_that_is_packed(edge):
    packer = zlib.compressobj(wbits=31)
    texts = [
        packer.compress(each) + packer.flush(zlib.Z_SYNC_FLUSH)
        for each in (b'{"pageSize": 1,', b'"pgae": 1', b"}")
    ]
    received = pieces(edge.port, [*texts, packer.flush()], "content-encoding: gzip")
    assert received.startswith(b"HTTP/1.1 400")
    assert b'"field":"pgae"' in received


def test_a_stranger_learns_nothing_of_names(guarded_edge):
    reply = get(guarded_edge.port, "/v1/trending?pgae_size=3", **STRICT)
    assert (reply.status, reply.reason) == (401, "CREDENTIALS_MISSING")
    reply = rest(guarded_edge.port, RECOMMEND, {"pgae_size": 3}, **STRICT)
    assert (reply.status, reply.reason) == (401, "CREDENTIALS_MISSING")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"":' * 50_000,
        '{"a":[' + "[]," * 60_000 + "[]]}",
        '"' * 200_000,
        "\\" * 200_000,
    ],
    ids=["lists", "objects", "empty lists", "quotes", "escapes"],
)
def test_what_is_hard_to_read_is_refused(edge, text):
    reply = send(edge.port, "POST", RECOMMEND, headers=JSON, body=text)
    assert (reply.status, reply.reason) == (400, "INVALID_REQUEST")


def test_every_name_of_the_contract_is_known():
    fields = json_fields(CONTRACT)
    recommend = fields.types[fields.requests[METHODS["Recommend"].path] - 1]
    declared = service.RecommendRequest.DESCRIPTOR.fields
    assert set(recommend) == {name for each in declared for name in (each.name, each.json_name)}
    assert recommend["read_mask"] == OPAQUE
    assert any(ANY_NAME in each for each in fields.types)
    with_body = [each for each in CONTRACT.methods if each.body]
    assert len(with_body) > 15
    assert {each.path for each in with_body} == set(fields.bodies)
    assert fields.prefixes[METHODS["CreateItem"].path] == "item."
