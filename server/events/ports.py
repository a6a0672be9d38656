"""Where events become durable, and where served slates are logged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from server.core.errors import ServerError
from server.events.user_event import LoggedEvent, NewEvent


@dataclass(frozen=True, slots=True)
class Appended:
    """The event is durable; a duplicate had been written before, at `offset`."""

    offset: int
    received_ms: int
    is_duplicate: bool = False


AppendOutcome: TypeAlias = Appended | ServerError


class EventLog(Protocol):
    """The source of truth: append-only but for erasure, idempotent by event id for 30 days."""

    async def append(self, events: Sequence[NewEvent]) -> list[AppendOutcome]:
        """Write events; when this returns, every `Appended` one survives a crash.

        One outcome for each event, in order: EventIdConflictError for an id with another payload
        (also within the call), EventTooOldError for an event of an erased subject up to its
        erasure.

        Raises:
            StorageFullError: nothing of this call was written.
            UnavailableError: the log cannot be written.
        """
        ...

    def scan(self, after: int = 0) -> Iterator[LoggedEvent]:
        """Yield the records with offset > `after` in order, as of the call; blocking."""
        ...

    def scan_subject(self, subject_key: str) -> Iterator[LoggedEvent]:
        """Yield a subject's records in order; blocking."""
        ...

    async def erase(self, subject_key: str, *, erase_ms: int) -> int:
        """Write a tombstone and remove the subject's records; return how many there were.

        Later or replayed events of that subject with a time up to `erase_ms` are refused.
        """
        ...

    async def last_offset(self) -> int:
        """Return the offset of the last record, 0 for an empty log."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SlateRecord:
    """One served page, with what off-policy evaluation and training need.

    Shapes:
        positions (L,) int32 absolute in the feed; propensities (L,) float64; scores (L,) float32;
        features (L, F) float32 by `feature_names`, empty when not kept.
    """

    request_id: str
    served_ms: int
    subject_key: str
    session_id: str
    serving_config: str
    model_version: str
    variants: tuple[tuple[str, str], ...]
    item_ids: tuple[str, ...]
    positions: NDArray[np.int32]
    propensities: NDArray[np.float64]
    scores: NDArray[np.float32]
    feature_names: tuple[str, ...] = ()
    features: NDArray[np.float32] | None = None


class SlateLog(Protocol):
    """Keeps every served personal slate; shared slates are not written here."""

    def write(self, record: SlateRecord) -> None:
        """Queue a record; never blocks. When the queue is full, it is dropped and counted."""
        ...

    def scan(self) -> Iterator[SlateRecord]:
        """Yield the records in the order they were served; blocking."""
        ...

    async def erase(self, subject_key: str) -> int:
        """Remove a subject's records; return how many there were."""
        ...
