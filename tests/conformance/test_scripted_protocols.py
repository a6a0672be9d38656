"""The scripted server speaks four protocols, and has errors in the form of each."""

from __future__ import annotations

import base64
import re

import grpc
import pytest

from conformance.answer import DETAILS_KEY, error_of_details
from tests.conformance.scripted_clients import (
    CONTRACT,
    RECOMMEND,
    REPLY,
    TRENDING,
    ask,
    failure,
    frame,
    frames,
    http2_to,
    playing,
    request_of,
)

ERROR = {
    "code": "RESOURCE_EXHAUSTED",
    "reason": "QUOTA_EXHAUSTED",
    "message": 'später: 50% "x"',
    "metadata": {"limit": "3"},
    "retry_delay_ms": 300,
    "field_violations": [{"field": "page_size", "description": "too large"}],
}
USER = request_of("Recommend", {"user_id": "u"}).SerializeToString()
WEB = {"content_type": "application/grpc-web+proto", "x_grpc_web": "1"}


def error_in(error: grpc.RpcError):
    """The error of a gRPC call as the cases see it."""
    raw = dict(error.trailing_metadata()).get(DETAILS_KEY)
    return error_of_details(error.code().name, error.details(), raw, CONTRACT)


def test_errors_have_all_their_details_in_grpc():
    with playing({"error": ERROR, "trailers": {"x-request-id": "r1"}}) as server:
        error = failure(server, metadata=[("x-request-id", "r2")])
    assert dict(error.trailing_metadata())["x-request-id"] == "r1"
    found = error_in(error)
    assert (found["code"], found["message"]) == ("RESOURCE_EXHAUSTED", 'später: 50% "x"')
    assert (found["reason"], found["domain"]) == ("QUOTA_EXHAUSTED", "shortlist")
    assert (found["metadata"], found["retry_delay_s"]) == ({"limit": "3"}, 0.3)
    assert found["field_violations"][0]["field"] == "page_size"
    assert found["details"][-1]["request_id"] == "r2"


def test_an_error_may_come_after_headers():
    with playing({"error": ERROR, "headers": {"x-a": "1"}}) as server, http2_to(server) as client:
        found = client.answer(client.send(RECOMMEND, frame(b"")))
    assert ("x-a" in found.headers, "grpc-status" in found.headers) == (True, False)
    assert found.trailers["grpc-status"] == "8"


def test_errors_in_connect_and_rest_are_json():
    with playing({"error": ERROR}) as server:
        connect = ask(server.port, RECOMMEND, {})
        rest = ask(server.port, "/v1/trending")
    assert (connect.status, rest.status) == (429, 429)
    assert connect.json()["code"] == "resource_exhausted"
    kinds = [each["type"] for each in connect.json()["details"]]
    assert kinds == ["google.rpc.ErrorInfo", "google.rpc.RetryInfo", "google.rpc.BadRequest"]
    assert (rest.json()["code"], rest.json()["details"][1]["retryDelay"]) == (8, "0.300s")
    assert connect.headers["retry-after"] == rest.headers["retry-after"] == "1"


def test_grpc_web_has_its_trailers_in_the_body():
    script = {"times": 1, "reply": REPLY, "trailers": {"x-request-id": "r"}}
    with playing(script, {"error": ERROR}) as server:
        good = ask(server.port, RECOMMEND, frame(USER), **WEB)
        bad = ask(server.port, RECOMMEND, frame(b""), **WEB)
    (flags, message), (end_flags, trailers) = frames(good.body)
    assert (flags, end_flags) == (0, 0x80)
    kind = CONTRACT.method("Recommend").output_type
    assert CONTRACT.to_json(CONTRACT.decode(kind, message))["recommendations"][0]["item_id"] == "i1"
    assert trailers == b"grpc-status:0\r\nx-request-id:r\r\n"
    # An error without anything before it stands in the headers.
    assert (bad.headers["grpc-status"], bad.body) == ("8", b"")


def test_grpc_web_text_is_base64_both_ways():
    pieces = frame(USER)
    text = base64.b64encode(pieces[:4]) + base64.b64encode(pieces[4:])
    with playing({"reply": REPLY}) as server:
        found = ask(server.port, RECOMMEND, text, content_type="application/grpc-web-text")
        assert server.received()[0]["request"]["user_id"] == "u"
    assert found.headers["content-type"] == "application/grpc-web-text"
    padded = re.findall(rb"[^=]+=*", found.body)
    (_, message), (flags, trailers) = frames(b"".join(map(base64.b64decode, padded)))
    assert (message[-2:], flags, trailers) == (b"i1", 0x80, b"grpc-status:0\r\n")


def test_connect_takes_binary_json_and_get():
    with playing({"reply": REPLY, "trailers": {"x-request-id": "r"}}) as server:
        binary = ask(server.port, RECOMMEND, USER, content_type="application/proto")
        text = ask(server.port, RECOMMEND, {"userId": "u"}, connect_timeout_ms="1500")
        encoded = base64.urlsafe_b64encode(USER).decode().rstrip("=")
        got = ask(server.port, f"{RECOMMEND}?encoding=proto&base64=1&message={encoded}&connect=v1")
        received = server.received()
    assert binary.headers["content-type"] == got.headers["content-type"] == "application/proto"
    assert (text.json(), text.headers["trailer-x-request-id"]) == (
        {"recommendations": [{"itemId": "i1"}]},
        "r",
    )
    assert {each["protocol"] for each in received} == {"connect"}
    assert [each["request"]["user_id"] for each in received] == ["u", "u", "u"]
    assert received[1]["timeout_ms"] == 1500
    assert "timeout_ms" not in received[0]


def test_connect_works_over_http2_and_streams_there():
    with playing() as server, http2_to(server) as client:
        stream_id = client.send(TRENDING, b"{}", [("content-type", "application/json")])
        assert client.answer(stream_id).json() == {}
        event = request_of("StreamEvents", {"event": {"event_id": "e1"}}).SerializeToString()
        kind = [("content-type", "application/connect+proto")]
        path = "/shortlist.v1.EventService/StreamEvents"
        found = client.answer(client.send(path, frame(event) * 2, kind))
        (_, first), (_, second), (flags, end) = frames(found.body)
    assert b"e1" in first and first == second
    assert (flags, end) == (2, b"{}")


@pytest.mark.parametrize(
    ("verb", "target", "body", "method", "expected"),
    [
        (
            "GET",
            "/v1/trending?page_size=3&pageToken=t&spelt=no",
            None,
            "ListTrending",
            {"page_size": 3},
        ),
        ("GET", "/v1/items/a%20b%3Ac", None, "GetItem", {"name": "items/a b:c"}),
        ("POST", "/v1/recommendations:recommend", {"userId": "u"}, "Recommend", {"user_id": "u"}),
        (
            "POST",
            "/v1/users/u1:merge",
            {"intoUser": "users/u2"},
            "MergeUsers",
            {"user": "users/u1"},
        ),
        ("GET", "/v1/items/x:similar", None, "RecommendSimilar", {"item_id": "x"}),
        ("DELETE", "/v1/items/x", None, "DeleteItem", {"name": "items/x"}),
    ],
)
def test_rest_requests_are_read_by_the_annotations(verb, target, body, method, expected):
    with playing() as server:
        assert ask(server.port, target, body, verb).status == 200
        (received,) = server.received()
    assert received["protocol"] == "rest"
    assert received["method"].endswith(f"Service/{method}")
    assert expected.items() <= received["request"].items()


def test_a_field_as_the_body_leaves_the_rest_to_the_address():
    target = "/v1/items/x?update_mask=title,tags&allow_missing=true"
    with playing() as server:
        assert ask(server.port, target, {"title": "T"}, "PATCH").status == 200
        (received,) = server.received()
    request = received["request"]
    assert (request["item"]["name"], request["item"]["title"]) == ("items/x", "T")
    assert request["update_mask"] == "title,tags"


def test_pages_of_any_origin_may_call_and_read_every_header():
    page = {"origin": "http://shop.example"}
    asked = {
        "access_control_request_method": "POST",
        "access_control_request_headers": "x-shortlist-client,x-of-tomorrow",
    }
    with playing({"headers": {"x-own": "1"}}) as server:
        preflight = ask(server.port, RECOMMEND, None, "OPTIONS", **page, **asked)
        reply = ask(server.port, RECOMMEND, {}, **page)
        assert len(server.received()) == 1
    allowed = preflight.headers["access-control-allow-headers"]
    assert (preflight.status, allowed) == (200, "x-shortlist-client,x-of-tomorrow")
    assert reply.headers["access-control-allow-origin"] == "http://shop.example"
    exposed = reply.headers["access-control-expose-headers"].split(", ")
    assert {"x-own", "retry-after", "trailer-x-request-id", "grpc-status"} <= set(exposed)


def test_unknown_fields_come_in_the_form_of_the_protocol():
    with playing({"reply": REPLY, "unknown_fields": "f83f07"}) as server:
        binary = ask(server.port, RECOMMEND, b"", content_type="application/proto")
        text = ask(server.port, RECOMMEND, {})
    assert binary.body.endswith(bytes.fromhex("f83f07"))
    assert set(text.json()) == {"recommendations", "fieldOfTheFuture"}
