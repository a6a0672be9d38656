"""How many requests may be under way: a limit steered toward a latency, and a tiny queue."""

from __future__ import annotations

import asyncio
import math
import random
import time

from server.core.errors import OverloadedError
from server.gateway.settings import LaneSettings

QUANTILE = 0.9
BACKOFF = 0.8
# A verdict on fewer requests than this would follow noise.
LEAST_SAMPLES = 8


class ConcurrencyLimit:
    """Additive increase, multiplicative decrease on the latency of whole windows.

    A window ends when it is `window_s` old and has 8 samples. If one in ten of them took longer
    than the target, the limit shrinks by a fifth; otherwise it grows by one, provided that it was
    reached: an idle server learns nothing about its capacity. Requests that began before the
    limit last shrank don't count: they are slow because of what has been mended already.
    """

    def __init__(self, settings: LaneSettings) -> None:
        self._settings = settings
        self._limit = settings.initial
        self._window_ends_s: float | None = None
        self._latencies_s: list[float] = []
        self._was_reached = False
        self._shrunk_s = -math.inf

    @property
    def limit(self) -> int:
        """Requests that may be under way now."""
        return self._limit

    def observe(self, latency_s: float, in_flight: int, now_s: float) -> None:
        """Learn from a finished request; `in_flight` counts it too."""
        if now_s - latency_s < self._shrunk_s:
            return
        if self._window_ends_s is None:
            self._window_ends_s = now_s + self._settings.window_s
        self._latencies_s.append(latency_s)
        self._was_reached = self._was_reached or in_flight >= self._limit
        if now_s < self._window_ends_s or len(self._latencies_s) < LEAST_SAMPLES:
            return
        slow_s = sorted(self._latencies_s)[int(QUANTILE * len(self._latencies_s))]
        if slow_s > self._settings.target_s:
            self._limit = max(self._settings.minimum, int(self._limit * BACKOFF))
            self._shrunk_s = now_s
        elif self._was_reached:
            self._limit = min(self._settings.maximum, self._limit + 1)
        self._window_ends_s = None
        self._latencies_s = []
        self._was_reached = False


class Lane:
    """Admits requests of one kind; all calls come from one event loop.

    A queue that emptied less than `burst_s` ago and was not full since is a burst, which a server
    with capacity to spare works off: first come, first served, and each may wait `burst_wait_s`.
    Any other queue is an overload, where that order would let everyone wait as long as anyone may:
    the newest enters first, and none waits longer than `queue_wait_s`.
    """

    def __init__(self, name: str, settings: LaneSettings) -> None:
        self.name = name
        self.in_flight = 0
        self._settings = settings
        self._limit = ConcurrencyLimit(settings)
        self._waiting: list[asyncio.Future[None]] = []
        self._queue_began_s = -math.inf

    @property
    def limit(self) -> int:
        """Requests that may be under way now."""
        return self._limit.limit

    @property
    def queue_length(self) -> int:
        """Requests that wait."""
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether the next request would have to wait."""
        return bool(self._waiting) or self.in_flight >= self._limit.limit

    def try_enter(self) -> bool:
        """Enter if there is room and nobody waits."""
        if self.is_full:
            return False
        self.in_flight += 1
        return True

    async def enter(self) -> None:
        """Enter, after a short wait if need be.

        Raises:
            OverloadedError: there is no room, now or soon.
        """
        if self.try_enter():
            return
        if len(self._waiting) >= self._settings.queue_length:
            self._queue_began_s = -math.inf
            raise self.refusal()
        if not self._waiting:
            self._queue_began_s = time.monotonic()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        settings = self._settings
        try:
            async with asyncio.timeout(
                settings.burst_wait_s if self._is_burst() else settings.queue_wait_s
            ):
                await turn
        except TimeoutError:
            if not turn.cancelled():
                # The turn came in the same step as the timeout: it is ours.
                return
            raise self.refusal() from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release()
            raise
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def leave(self, latency_s: float) -> None:
        """Give the place back; `latency_s` is the time since entering."""
        self._limit.observe(latency_s, self.in_flight, time.monotonic())
        self._release()

    def refusal(self) -> OverloadedError:
        """Return what a refused caller is told; the delay is spread so that not all come back
        at once."""
        delay_s = self._settings.retry_after_s * random.uniform(0.5, 1.5)
        return OverloadedError("the server is busy; retry after the given delay", delay_s)

    def _is_burst(self) -> bool:
        return time.monotonic() - self._queue_began_s < self._settings.burst_s

    def _release(self) -> None:
        self.in_flight -= 1
        while self._waiting and self.in_flight < self._limit.limit:
            turn = self._waiting.pop(0 if self._is_burst() else -1)
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)
