"""Hands lines to a page and takes lines from it, over HTTP: the page asks and waits."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue

# The page asks again when nothing came for so long.
POLL_S = 20.0
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


class Bridge:
    """Lines to the page, lines from the page to standard output, and the page's own files."""

    def __init__(self, folders: dict[str, Path]) -> None:
        self.folders = folders
        self._lines: Queue[str] = Queue()
        self._writing = threading.Lock()
        self._ended = threading.Event()

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Listen on a free port; give the address."""
        server = _Server(("127.0.0.1", 0), partial(_Handler, self))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()

    def send(self, line: str) -> None:
        """Give a line to the page."""
        self._lines.put(line)

    def end(self, timeout_s: float) -> None:
        """Tell the page that no line follows, and wait until it has closed what it opened."""
        self._lines.put("null")
        self._ended.wait(timeout_s)

    def taken(self) -> str:
        """Return the lines for the page as a JSON list, empty if none came."""
        lines: list[str] = []
        with suppress(Empty):
            lines.append(self._lines.get(timeout=POLL_S))
            while True:
                lines.append(self._lines.get_nowait())
        return f"[{','.join(lines)}]"

    def told(self, line: str) -> None:
        """Write a line of the page; `null` is its last."""
        if line == "null":
            self._ended.set()
            return
        with self._writing:
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


class _Server(ThreadingHTTPServer):
    """Bears with an engine that is killed."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    """`GET /lines`, `POST /lines`, and files by the first part of the path."""

    protocol_version = "HTTP/1.1"

    def __init__(self, bridge: Bridge, *arguments: object) -> None:
        self._bridge = bridge
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/lines":
            self._answer(200, "application/json", self._bridge.taken().encode())
            return
        folder, _, name = path.lstrip("/").partition("/")
        file = self._bridge.folders.get(folder, Path("nowhere")) / name
        if file.is_file():
            self._answer(200, TYPES[file.suffix], file.read_bytes(), "max-age=3600")
        else:
            self._answer(404, "text/plain", b"")

    def do_POST(self) -> None:
        size = int(self.headers["content-length"])
        self._bridge.told(self.rfile.read(size).decode())
        self._answer(204, "text/plain", b"")

    def _answer(self, status: int, kind: str, body: bytes, kept: str = "no-store") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Cache-Control", kept)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing: standard error is for the page."""
