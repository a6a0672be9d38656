"""A proxy over HTTP/1.1 in front of a real edge that does one thing wrong."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Of one connection: the other has its own.
_HOP = ("connection", "transfer-encoding", "content-length", "keep-alive")
UPSTREAM_S = 30.0


@dataclass
class Request:
    """A request on its way; names of headers are in lower case."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """A reply on its way; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    @property
    def is_json(self) -> bool:
        """Whether it is JSON: REST's, or Connect's."""
        return self.headers.get("content-type", "").startswith("application/json")


def _as_it_was(request: Request, reply: Reply) -> None:
    """Change nothing."""


@dataclass(frozen=True)
class SeededEdge:
    """One fault of an edge and the cases that are there for it.

    Attributes:
        caught_by: cases, and words of the reason for which each must fail.
        request: changes a request, or answers it.
        reply: changes a reply.
        protocol: in which it is asked.
    """

    name: str
    caught_by: Mapping[str, str]
    request: Callable[[Request], Reply | None] = field(default=lambda request: None)
    reply: Callable[[Request, Reply], None] = _as_it_was
    protocol: str = "rest"

    def __str__(self) -> str:
        return self.name


FAULTLESS = SeededEdge("none", {})


class FaultyEdge(ThreadingHTTPServer):
    """The proxy; `fault` can be exchanged while it runs."""

    daemon_threads = True

    def __init__(self, upstream: int) -> None:
        """upstream: the port of the edge."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.upstream = upstream
        self.fault = FAULTLESS


@contextmanager
def faulty_edge(upstream: int) -> Iterator[FaultyEdge]:
    """Run a proxy to an edge, which has no fault yet."""
    proxy = FaultyEdge(upstream)
    thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FaultyEdge

    def _pass(self) -> None:
        fault, request = self.server.fault, self._request()
        reply = fault.request(request) or _asked(self.server.upstream, request)
        fault.reply(request, reply)
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 304:
            self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PATCH = do_DELETE = do_OPTIONS = _pass

    def _request(self) -> Request:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        headers = {name: value for name, value in headers.items() if name not in _HOP}
        return Request(self.command, self.path, headers, body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _asked(port: int, request: Request) -> Reply:
    """Return what the edge answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=UPSTREAM_S)
    try:
        connection.putrequest(request.verb, request.path, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name != "host":
                connection.putheader(name, value)
        if request.body:
            connection.putheader("content-length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        headers: dict[str, str] = {}
        for raw, value in response.getheaders():
            name = raw.lower()
            if name not in _HOP:
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Reply(response.status, headers, response.read())
    finally:
        connection.close()
