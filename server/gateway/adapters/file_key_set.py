"""An identity provider's keys in a file that someone else keeps up to date."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server.core.errors import UnavailableError


class FileKeySet:
    """Implements `KeySetSource`; a file is cheap to read, so a change counts within seconds."""

    refresh_s = 2.0

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> bytes:
        """See KeySetSource."""
        try:
            return await asyncio.to_thread(self._path.read_bytes)
        except OSError as error:
            raise UnavailableError(f"{self._path} cannot be read ({error.strerror})") from error
