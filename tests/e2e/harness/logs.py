"""What a data directory's logs hold, read beside the server that writes them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server.core.clock import WallClock
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.events.adapters.embedded_slate_log import EmbeddedSlateLog
from server.events.ports import SlateRecord
from server.events.user_event import LoggedEvent


def logged_events(data_dir: Path, after: int = 0) -> list[LoggedEvent]:
    """Return the records of the event log past an offset, in order."""

    async def read() -> list[LoggedEvent]:
        log = EmbeddedEventLog(data_dir / "events.db", WallClock(), is_read_only=True)
        try:
            return await asyncio.to_thread(lambda: list(log.scan(after)))
        finally:
            await log.close()

    return asyncio.run(read())


def logged_slates(data_dir: Path) -> list[SlateRecord]:
    """Return the records of the slate log, in the order they were served."""

    async def read() -> list[SlateRecord]:
        log = EmbeddedSlateLog(data_dir / "slates.db", WallClock())
        try:
            return await asyncio.to_thread(lambda: list(log.scan()))
        finally:
            await log.close()

    return asyncio.run(read())
