"""Which web pages may call, and with which headers.

Headers are listed one by one: engines before Chromium 65 take `*` for a header of that name.
"""

from __future__ import annotations

from deploy.envoy.settings import EdgeSettings
from deploy.envoy.typed import Config, typed

_PREFLIGHT_S = 7200  # the longest that Chromium keeps one


def request_headers(product: str) -> tuple[str, ...]:
    """Return the headers that pages may send."""
    return (
        "accept",
        "accept-language",
        "authorization",
        "baggage",
        "cache-control",
        "connect-protocol-version",
        "connect-timeout-ms",
        "content-type",
        "grpc-accept-encoding",
        "grpc-encoding",
        "grpc-timeout",
        "idempotency-key",
        "if-none-match",
        "prefer",
        "traceparent",
        "tracestate",
        "x-api-key",
        "x-grpc-web",
        "x-request-id",
        f"x-{product}-attempt",
        f"x-{product}-client",
        "x-user-agent",
    )


RESPONSE_HEADERS = (
    "age",
    "cache-control",
    "cache-status",
    "content-encoding",
    "date",
    "etag",
    "grpc-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
    "retry-after",
    "trailer-x-request-id",
    "x-request-id",
)


def cors_policy(settings: EdgeSettings, product: str) -> Config:
    """Return the policy of the whole virtual host."""
    any_origin = {"safe_regex": {"regex": ".*"}}
    origins = [any_origin if each == "*" else {"exact": each} for each in settings.origins]
    return typed(
        "extensions.filters.http.cors.v3.CorsPolicy",
        allow_origin_string_match=origins,
        allow_methods="GET, POST, PATCH, PUT, DELETE, OPTIONS",
        allow_headers=", ".join(request_headers(product)),
        expose_headers=", ".join(RESPONSE_HEADERS),
        max_age=str(_PREFLIGHT_S),
    )
