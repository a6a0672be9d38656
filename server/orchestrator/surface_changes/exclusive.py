"""Runs one piece of work at a time, each to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Exclusive:
    """Work that has begun goes on when its caller is cancelled: half of it must not be done."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what `work` returns, after all work that was given before."""

        async def alone() -> Result:
            async with self._lock:
                return await work

        task = asyncio.create_task(alone())
        self._running.add(task)
        task.add_done_callback(self._end)
        return await asyncio.shield(task)

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            # Looked at, also where the caller has gone.
            task.exception()
