"""Local servers of the TV tests: one for pages, one that fails as it is told, on other origins."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deploy.envoy.cors import RESPONSE_HEADERS, request_headers

_EXPIRED = {
    "code": 16,
    "message": "expired",
    "details": [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "CREDENTIALS_EXPIRED",
            "domain": "shortlist",
        }
    ],
}
_OVERLOADED = json.loads(
    json.dumps(_EXPIRED).replace("CREDENTIALS_EXPIRED", "OVERLOADED").replace("16", "8")
)
_SLOW_S = 3.0


class _Pages(SimpleHTTPRequestHandler):
    """Serves folders by the first part of the path."""

    def __init__(self, *arguments: Any, folders: dict[str, Path]) -> None:
        self.folders = folders
        super().__init__(*arguments)

    def translate_path(self, path: str) -> str:
        name, _, rest = path.split("?")[0].lstrip("/").partition("/")
        return str(self.folders[name] / rest) if name in self.folders else "/nonexistent"

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def pages(**folders: Path) -> Iterator[str]:
    """Serve folders by name; give the address."""
    with _serving(partial(_Pages, folders=folders)) as (url, _):
        yield url


class _Server(ThreadingHTTPServer):
    """Bears with clients that are killed."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class FaultServer(_Server):
    """Counts what it was asked, by the first part of the path, and keeps the events it took."""

    address: str
    preflighted: set[str]
    asked: Counter[str]
    events: list[str]


class _Faults(BaseHTTPRequestHandler):
    """Does what the first part of the path says: `lost-<unique>`, `once503-<unique>`."""

    protocol_version = "HTTP/1.1"
    server: FaultServer

    def do_OPTIONS(self) -> None:
        self.server.preflighted.add(self._name())
        self._answer(200, None)

    def do_POST(self) -> None:
        name = self._name()
        mode = name.split("-")[0]
        self.server.asked[name] += 1
        body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))) or b"{}")
        getattr(self, f"_{mode}")(name, body)

    def _lost(self, name: str, body: dict[str, Any]) -> None:
        self.close_connection = True

    def _once503(self, name: str, body: dict[str, Any]) -> None:
        if self.server.asked[name] == 1:
            self._answer(503, None)
        else:
            self._answer(200, {"sessionId": "ok"})

    def _once429(self, name: str, body: dict[str, Any]) -> None:
        if self.server.asked[name] == 1:
            self._answer(429, _OVERLOADED, ("Retry-After", "1"))
        else:
            self._answer(200, {})

    def _slow(self, name: str, body: dict[str, Any]) -> None:
        time.sleep(_SLOW_S)
        self._answer(200, {})

    def _expired(self, name: str, body: dict[str, Any]) -> None:
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        if token == "token1":
            self._answer(401, _EXPIRED)
        else:
            self._answer(200, {"sessionId": token})

    def _echo(self, name: str, body: dict[str, Any]) -> None:
        seen: dict[str, object] = {key.lower(): value for key, value in self.headers.items()}
        seen["was-preflighted"] = name in self.server.preflighted
        self._answer(200, {"sessionId": json.dumps(seen)})

    def _events(self, name: str, body: dict[str, Any]) -> None:
        ids = [event["eventId"] for event in body["events"]]
        self.server.events += ids
        self._answer(200, {"results": [{"eventId": each, "accepted": {}} for each in ids]})

    def _name(self) -> str:
        return self.path.split("/")[1]

    def _answer(self, status: int, body: object, *headers: tuple[str, str]) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for key, value in (
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Methods", "GET, POST, PATCH, OPTIONS"),
            # The edge's own list: what it lacks fails here, too.
            ("Access-Control-Allow-Headers", ", ".join(request_headers("shortlist"))),
            ("Access-Control-Expose-Headers", ", ".join(RESPONSE_HEADERS)),
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(content))),
            *headers,
        ):
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def faults() -> Iterator[FaultServer]:
    """Run the server that fails as it is told."""
    with _serving(_Faults, FaultServer) as (url, server):
        assert isinstance(server, FaultServer)
        server.address = url
        server.preflighted, server.asked, server.events = set(), Counter(), []
        yield server


@contextmanager
def _serving(handler: Any, kind: type[_Server] = _Server) -> Iterator[tuple[str, _Server]]:
    server = kind(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server
    finally:
        server.shutdown()
        server.server_close()
