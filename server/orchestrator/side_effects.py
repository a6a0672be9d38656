"""Work after the reply: it never delays or fails one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from server.core.context import RequestContext
from server.core.slate import Slate
from server.core.stages import SideEffect

log = logging.getLogger(__name__)


class SideEffects:
    """Runs side effects in the background, at most `most_pending` at a time.

    What fails, and what comes when too many are pending, is counted in `failures` and left.
    """

    def __init__(self, effects: Sequence[SideEffect], *, most_pending: int = 1_000) -> None:
        self._effects = tuple(effects)
        self._most_pending = most_pending
        self._pending: set[asyncio.Task[None]] = set()
        self.failures = 0

    @property
    def pending(self) -> int:
        return len(self._pending)

    def start(self, context: RequestContext, slate: Slate) -> None:
        """Begin every side effect of one served page and return at once."""
        for effect in self._effects:
            if len(self._pending) >= self._most_pending:
                self.failures += 1
                continue
            task = asyncio.create_task(self._run(effect, context, slate), name=effect.name)
            self._pending.add(task)
            task.add_done_callback(self._pending.discard)

    async def close(self) -> None:
        """Wait for what was begun."""
        while self._pending:
            await asyncio.gather(*self._pending, return_exceptions=True)

    async def _run(self, effect: SideEffect, context: RequestContext, slate: Slate) -> None:
        try:
            await effect.run(context, slate)
        except Exception as error:
            self.failures += 1
            log.warning("side effect %s failed: %r", effect.name, error)
