"""What the edge needs of what lies beside or above it; wiring brings it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server.core.jobs import (
    Erasure,
    EventImport,
    Export,
    ImportResult,
    ItemImport,
    Progress,
)
from server.events.ports import AppendOutcome
from server.events.user_event import NewEvent


class EventWriter(Protocol):
    """Makes events durable and lets them take effect."""

    async def write(self, events: Sequence[NewEvent]) -> list[AppendOutcome]:
        """Write events; one outcome for each, in order, as of `EventLog.append`.

        Raises:
            StorageFullError, UnavailableError: nothing of this call was written.
        """
        ...


class VisitorMerger(Protocol):
    """Makes a visitor's history part of a user's."""

    async def merge(self, visitor_id: str, user_id: str) -> int:
        """Return how many events count as the user's now; 0 if it had been merged before.

        Raises:
            InvalidRequestError: the visitor belongs to another user.
        """
        ...


class Jobs(Protocol):
    """The work of long-running operations; each may run again after a restart."""

    async def import_events(self, task: EventImport, progress: Progress) -> ImportResult: ...

    async def import_items(self, task: ItemImport, progress: Progress) -> ImportResult: ...

    async def erase_user(self, user_id: str, progress: Progress) -> Erasure: ...

    async def export_user(self, user_id: str, progress: Progress) -> Export: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRecord:
    """One long-running operation.

    Attributes:
        name: `operations/<id>`; names sort by creation.
        kind: which job.
        request: the serialised request. response: of a finished one; empty unless it succeeded.
        error: serialised `google.rpc.Status`; empty unless it failed or was cancelled.
        done_count, total_count: progress.
    """

    name: str
    kind: str
    request: bytes
    create_ms: int
    is_done: bool = False
    response: bytes = b""
    error: bytes = b""
    done_count: int = 0
    total_count: int = 0


class OperationStore(Protocol):
    """Durable operations; all methods raise UnavailableError or StorageFullError."""

    async def put(self, record: OperationRecord) -> None:
        """Create or replace a record; durable on return."""
        ...

    async def get(self, name: str) -> OperationRecord | None: ...

    async def page(self, *, after: str, limit: int) -> list[OperationRecord]:
        """Return at most `limit` records with a name after `after`, by name."""
        ...

    async def pending(self) -> list[OperationRecord]:
        """Return the records that are not done, by name."""
        ...

    async def delete(self, name: str) -> bool:
        """Remove a record; return whether there was one."""
        ...

    async def delete_done_before(self, create_ms: int) -> int:
        """Remove the finished records created before a time; return how many."""
        ...

    async def scrub(self) -> None:
        """Leave nothing in the files of what was replaced or removed."""
        ...
