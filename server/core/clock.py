"""Two clocks: the wall clock for tokens and limits, the data clock for windows and trending."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time in milliseconds since 1970, UTC."""

    def now_ms(self) -> int: ...


class WallClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000


class DataClock:
    """The latest event time seen; the wall clock until an event was seen.

    In replays and demos on old data, windows and ages follow the data instead of today.
    Once live events arrive, the two clocks agree.
    """

    def __init__(self, wall: Clock) -> None:
        self._wall = wall
        self._latest_ms: int | None = None

    def observe(self, event_time_ms: int) -> None:
        """Move forward to an event's time; never backward, never ahead of the wall clock."""
        bounded_ms = min(event_time_ms, self._wall.now_ms())
        if self._latest_ms is None or bounded_ms > self._latest_ms:
            self._latest_ms = bounded_ms

    def now_ms(self) -> int:
        return self._wall.now_ms() if self._latest_ms is None else self._latest_ms
