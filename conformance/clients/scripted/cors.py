"""Lets web pages of any origin call: every header may be sent and read."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.clients.scripted.exchange import Exchange, HttpRequest

# Named one by one: old engines take `*` for a header of that name.
_EXPOSED = (
    *("age", "cache-control", "date", "etag", "grpc-message", "grpc-status"),
    *("grpc-status-details-bin", "retry-after", "trailer-x-request-id", "x-request-id"),
)
_METHODS = "GET, POST, PATCH, PUT, DELETE, OPTIONS"


def is_preflight(request: HttpRequest) -> bool:
    """Whether a browser asks if it may call."""
    return request.verb == "OPTIONS" and "access-control-request-method" in request.headers


async def allow(exchange: Exchange) -> None:
    """Answer a preflight: everything is allowed."""
    asked = exchange.request.headers
    await exchange.send_headers(
        200,
        [
            *cors_headers(exchange.request, ()),
            ("access-control-allow-methods", _METHODS),
            ("access-control-allow-headers", asked.get("access-control-request-headers", "*")),
            ("access-control-allow-private-network", "true"),
            ("access-control-max-age", "600"),
        ],
        is_all=True,
    )


def cors_headers(request: HttpRequest, sent: Iterable[str]) -> list[tuple[str, str]]:
    """Return what lets the page that asked read an answer with these headers."""
    origin = request.headers.get("origin")
    if origin is None:
        return []
    return [
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", ", ".join(sorted({*_EXPOSED, *sent}))),
        ("vary", "origin"),
    ]
