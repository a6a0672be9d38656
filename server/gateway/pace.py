"""Gives others the event loop while one call computes for long."""

from __future__ import annotations

import time
from typing import Final

from server.orchestrator.turns import Turns

STEP_S: Final = 0.002


class Pace:
    """Cuts the work of one call into steps of about two milliseconds; each waits for its turn."""

    def __init__(self, turns: Turns) -> None:
        """`turns` are shared by all calls of a server."""
        self._turns = turns
        self._since_s = time.monotonic()

    @property
    def is_due(self) -> bool:
        """Whether the step has lasted long enough."""
        return time.monotonic() - self._since_s >= STEP_S

    async def rest(self) -> None:
        """Let others have the loop, and begin another step."""
        await self._turns.take()
        self._since_s = time.monotonic()
