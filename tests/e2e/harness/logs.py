"""What a data directory's logs hold; they may be read beside the server that writes them."""

from __future__ import annotations

from pathlib import Path

from server.core.clock import WallClock
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.events.adapters.embedded_slate_log import scan_slates, slate_database
from server.events.ports import SlateRecord
from server.events.user_event import LoggedEvent


def logged_events(data_dir: Path, after: int = 0) -> list[LoggedEvent]:
    """Return the records of the event log past an offset, in order."""
    log = EmbeddedEventLog(data_dir / "events.db", WallClock(), is_read_only=True)
    return list(log.scan(after))


def logged_slates(data_dir: Path) -> list[SlateRecord]:
    """Return the records of the slate log, in the order they were served."""
    return list(scan_slates(slate_database(data_dir / "slates.db")))
