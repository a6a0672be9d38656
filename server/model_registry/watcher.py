"""Notices when another model version should serve."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from server.core.errors import ArtifactError
from server.model_registry.ports import ModelRegistry

_log = logging.getLogger(__name__)


class RegistryWatcher:
    """Polls the registry and hands over each new version once.

    A version that `on_change` refuses with ArtifactError is logged and not tried again until the
    pointer names another one; what serves keeps serving.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        on_change: Callable[[str, Path], Awaitable[None]],
        *,
        poll_s: float,
        serving: str | None = None,
    ) -> None:
        self._registry = registry
        self._on_change = on_change
        self._poll_s = poll_s
        self._seen = serving
        self._complaint = ""

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(self._poll_s)

    async def check(self) -> bool:
        """Look once; return whether a new version was taken over."""
        try:
            version = await asyncio.to_thread(self._registry.current_version)
            if version is None or version == self._seen:
                return False
            self._seen = version
            await self._on_change(version, self._registry.path(version))
        except ArtifactError as error:
            # The pointer stays wrong until somebody corrects it: say so once, not at every poll.
            if str(error) != self._complaint:
                self._complaint = str(error)
                _log.error("model version refused: %s", error)
            return False
        self._complaint = ""
        return True
