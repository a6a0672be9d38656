"""The event loop that all scripted servers share, on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="scripted-servers", daemon=True)
    thread.start()
    return loop


_starting = threading.Lock()


def in_background(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the shared loop, from any other thread, and return its result."""
    with _starting:
        loop = _loop()
    return asyncio.run_coroutine_threadsafe(work, loop).result()
