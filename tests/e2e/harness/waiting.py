"""Waiting for what happens soon, without fixed pauses."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def eventually(
    look: Callable[[], Found], *, within_s: float = 10.0, every_s: float = 0.05
) -> Found:
    """Return the first true value of `look()`; fail if there is none in time."""
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {look}")
        time.sleep(every_s)
