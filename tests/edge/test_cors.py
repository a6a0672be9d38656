"""Browsers of other origins may call, old engines too."""

from __future__ import annotations

import pytest

from tests.edge.harness import CONTRACT, TRENDING, get, grpc_web, rest_call, send

ORIGIN = "http://tv.example:8000"
# What a page sends through the SDKs; engines before Chromium 65 want each by name.
SENT = (
    "authorization,connect-protocol-version,connect-timeout-ms,content-type,grpc-timeout,"
    "idempotency-key,prefer,traceparent,x-api-key,x-grpc-web,x-request-id,x-shortlist-attempt,"
    "x-shortlist-client,x-user-agent"
)
REST = [call for method in CONTRACT.methods if (call := rest_call(method))]


def preflight(port, path, verb="POST", sent=SENT, origin=ORIGIN):
    """Ask as Chromium 53 does."""
    headers = {
        "Access-Control-Request-Method": verb,
        "Access-Control-Request-Headers": sent,
        "Origin": origin,
        "User-Agent": "Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 Chrome/53.0.2785.34",
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate, sdch",
    }
    return send(port, "OPTIONS", path, headers=headers)


def names(text):
    return {name.strip() for name in text.split(",")}


@pytest.mark.parametrize(("verb", "path"), [*REST, ("POST", TRENDING)])
def test_a_preflight_is_answered_with_every_header_by_name(edge, verb, path):
    reply = preflight(edge.port, path, verb)
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    assert verb in names(reply.headers["access-control-allow-methods"])
    allowed = names(reply.headers["access-control-allow-headers"])
    assert names(SENT) <= allowed
    assert "*" not in allowed


@pytest.mark.parametrize("path", ["/v1/trending", "/v1/trending?page_size=999", "/v1/nothing"])
def test_replies_and_refusals_may_be_read(edge, path):
    reply = get(edge.port, path, Origin=ORIGIN)
    assert reply.headers["access-control-allow-origin"] == ORIGIN
    exposed = names(reply.headers["access-control-expose-headers"])
    assert {"x-request-id", "retry-after", "etag", "age", "grpc-status"} <= exposed


def test_grpc_web_may_read_its_status(edge):
    reply = grpc_web(edge.port, TRENDING, b"", Origin=ORIGIN)
    exposed = names(reply.headers["access-control-expose-headers"])
    assert {"grpc-status", "grpc-message", "grpc-status-details-bin"} <= exposed


def test_a_refusal_for_want_of_credentials_may_be_read(guarded_edge):
    reply = get(guarded_edge.port, "/v1/trending", Origin=ORIGIN)
    assert reply.status == 401
    assert reply.headers["access-control-allow-origin"] == ORIGIN


def test_only_the_listed_origins_may_call(open_server, start_edge):
    edge = start_edge(open_server, origins=("https://shop.example",))
    assert preflight(edge.port, TRENDING, origin="https://shop.example").headers[
        "access-control-allow-origin"
    ]
    stranger = preflight(edge.port, TRENDING, origin="https://evil.example")
    assert "access-control-allow-origin" not in stranger.headers
