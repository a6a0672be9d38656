"""What edges can do wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.conformance.faulty_edge import Reply, Request


def drops(*names: str) -> Callable[[Request, Reply], None]:
    """Lose headers of replies."""

    def change(request: Request, reply: Reply) -> None:
        for name in names:
            reply.headers.pop(name, None)

    return change


def lets_in_any_origin_with_credentials(request: Request, reply: Reply) -> None:
    """Name whichever origin asks, and allow cookies."""
    if "origin" in request.headers:
        reply.headers["access-control-allow-origin"] = request.headers["origin"]
        reply.headers["access-control-allow-credentials"] = "true"


def lets_in_any_origin(request: Request, reply: Reply) -> None:
    """Name whichever origin asks."""
    if "origin" in request.headers:
        reply.headers["access-control-allow-origin"] = request.headers["origin"]


def allows_headers_by_a_star(request: Request, reply: Reply) -> None:
    """Answer preflights with `*` in place of names."""
    if "access-control-allow-headers" in reply.headers:
        reply.headers["access-control-allow-headers"] = "*"


def hides_refusals_from_pages(request: Request, reply: Reply) -> None:
    """Leave CORS headers out of errors."""
    if reply.status >= 400:
        drops("access-control-allow-origin")(request, reply)


def refuses_preflights(request: Request) -> Reply | None:
    """Ask preflights, which have none, for credentials."""
    return Reply(401, {}) if request.verb == "OPTIONS" else None


def calls_everything_public(request: Request, reply: Reply) -> None:
    """Let caches keep what is private."""
    if reply.status == 200 and request.verb in ("GET", "POST"):
        reply.headers["cache-control"] = "public, max-age=60"


def lets_caches_keep_errors(request: Request, reply: Reply) -> None:
    """Let caches keep refusals."""
    if reply.status >= 400:
        reply.headers["cache-control"] = "public, max-age=60"


def without_the_reason(request: Request, reply: Reply) -> None:
    """Lose the details of errors."""
    if reply.status >= 400 and reply.is_json:
        reply.body = json.dumps({**json.loads(reply.body), "details": []}).encode()


def plain_errors(request: Request, reply: Reply) -> None:
    """Put a page of its own in place of errors."""
    if reply.status >= 400:
        reply.headers["content-type"], reply.body = "text/html", b"<h1>Error</h1>"


def says_that_all_is_well(request: Request, reply: Reply) -> None:
    """Answer errors with status 200."""
    if reply.status >= 400:
        reply.status = 200


def names_requests_itself(request: Request, reply: Reply) -> None:
    """Give replies a request id of its own."""
    reply.headers["x-request-id"] = "of-the-proxy"


def ignores_what_callers_have(request: Request) -> None:
    """Answer conditional requests in full."""
    request.headers.pop("if-none-match", None)


def takes_plus_for_plus(request: Request) -> None:
    """Take a plus sign of a query for itself."""
    path, mark, query = request.path.partition("?")
    request.path = path + mark + query.replace("+", "%2B")


def forgets_to_compress(request: Request) -> None:
    """Send everything as it is."""
    request.headers.pop("accept-encoding", None)


def cuts_off_trailers(request: Request, reply: Reply) -> None:
    """Lose gRPC-Web's last frame of one method."""
    if request.path.endswith("/Recommend") and "grpc-status" not in reply.headers:
        length = int.from_bytes(reply.body[1:5], "big")
        reply.body = reply.body[: 5 + length]


def drops_connect_details(request: Request, reply: Reply) -> None:
    """Answer Connect in REST's shape."""
    if reply.status >= 400 and reply.is_json:
        body = json.loads(reply.body)
        reply.body = json.dumps({"code": body["code"], "message": body["message"]}).encode()


@dataclass
class Keeps:
    """A cache that takes no notice of what replies say, nor of who asks."""

    path: str
    kept: dict[str, Reply] = field(default_factory=dict)

    def request(self, request: Request) -> Reply | None:
        """Answer from what is kept."""
        found = self.kept.get(request.path) if request.verb == "GET" else None
        return None if found is None else Reply(found.status, dict(found.headers), found.body)

    def reply(self, request: Request, reply: Reply) -> None:
        """Keep it."""
        if request.verb == "GET" and request.path.startswith(self.path) and reply.status == 200:
            self.kept[request.path] = Reply(200, dict(reply.headers), reply.body)
