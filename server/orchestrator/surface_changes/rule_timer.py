"""Refreshes what is served at the moments when rules begin or cease to hold."""

from __future__ import annotations

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Callable

from server.core.clock import Clock
from server.orchestrator.surface_changes.live_surfaces import LiveSurfaces

log = logging.getLogger(__name__)

# The wall clock may be set; so late it is noticed at worst.
_LONGEST_S = 5.0


class RuleTimer:
    """Sleeps until the next border; with no borders ahead or behind it does nothing.

    Which rules hold is known by how many borders lie behind, so that a clock that is set back
    counts as well.
    """

    def __init__(self, surfaces: LiveSurfaces, clock: Clock, refresh: Callable[[], None]) -> None:
        self._surfaces = surfaces
        self._clock = clock
        self._refresh = refresh
        self._borders_ms: list[int] = []
        self._behind = 0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, or begin again with changed surfaces, just before they are served."""
        self.stop()
        self._borders_ms = self._surfaces.borders_ms()
        self._behind = self._count_behind()
        self._sleep()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        # Counted first: a border that is passed meanwhile must not be missed.
        behind = self._count_behind()
        if behind != self._behind:
            try:
                self._refresh()
            except Exception:
                log.exception("the rules of the moment could not be served")
                self._wake_in(_LONGEST_S)
                return
            self._behind = behind
        self._sleep()

    def _sleep(self) -> None:
        if not self._borders_ms:
            return
        left_s = _LONGEST_S
        if self._behind < len(self._borders_ms):
            left_s = (self._borders_ms[self._behind] - self._clock.now_ms()) / 1000
        self._wake_in(min(max(left_s, 0.001), _LONGEST_S))

    def _wake_in(self, delay_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(delay_s, self._wake)

    def _count_behind(self) -> int:
        return bisect_right(self._borders_ms, self._clock.now_ms())
