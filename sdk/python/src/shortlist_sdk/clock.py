"""Time, waiting and chance, so that tests can do without all three."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the client takes time and chance from."""

    def monotonic(self) -> float:
        """Return seconds since some moment; never goes back."""
        ...

    def now(self) -> datetime:
        """Return the time of day, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...

    def uniform(self, low: float, high: float) -> float:
        """Return a random number between two."""
        ...


class SystemClock:
    """The real ones."""

    def monotonic(self) -> float:
        """Return seconds since some moment."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the time of day, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def uniform(self, low: float, high: float) -> float:
        """Return a random number between two."""
        return random.uniform(low, high)
