"""The program under test of the TV SDK: `python program.py CHROMIUM FOLDER`.

What it reads and writes is in conformance/docs/programs.md. The SDK runs in a page in an old
engine; this process hands lines on, between standard input and output and the page.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from queue import Empty
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from conformance.clients.tv.bridge import Bridge  # noqa: E402
from conformance.clients.tv.requests import Requests  # noqa: E402
from tests.sdk.tv.engines import ENGINES, Browser, browser, display  # noqa: E402

# For how long the page may close what it opened; an engine that hangs does not hold us up.
END_S = 10.0


def main(arguments: list[str]) -> int:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGTERM, _terminated)
    chromium, folder = arguments
    page = Path(__file__).resolve().parent / "page"
    bridge = Bridge({"package": Path(folder) / "package" / "dist", "page": page})
    start = f"/page/program.html?{urlencode({'language': f'tv-chromium-{chromium}'})}"
    with (
        bridge.serving() as address,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        display() as screen,
        browser(ENGINES[chromium], screen, f"{address}{start}", Path(profile)) as engine,
    ):
        ending = threading.Event()
        threading.Thread(target=_watch, args=(engine, ending), daemon=True).start()
        requests = Requests()
        for line in sys.stdin.buffer:
            bridge.send(requests.translated(line))
        bridge.end(END_S)
        ending.set()
    return 0


def _watch(engine: Browser, ending: threading.Event) -> None:
    """Show what the page writes to its console; end this process if the engine dies."""
    while engine.process.poll() is None or not engine.lines.empty():
        with suppress(Empty):
            print(engine.lines.get(timeout=0.5), file=sys.stderr, flush=True)
    if not ending.is_set():
        print(f"the engine ended with {engine.process.returncode}", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGTERM)


def _terminated(*_: object) -> None:
    """Leave in order, so that the engine and the display end, too."""
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
