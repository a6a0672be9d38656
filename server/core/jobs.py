"""What long-running operations are asked and what they answer: values, no messages.

Jobs run again from the start after a restart, so each of them must be idempotent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from server.core.event_type import EventType


class Progress(Protocol):
    """Where a job reports how far it is."""

    def __call__(self, done: int, total: int = 0) -> None:
        """Report units done so far, of `total`; 0: not known yet. Cheap, never blocks."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EventImport:
    """A file of events to be imported.

    Attributes:
        path: relative to the import folder, inside it.
        columns: field (event_id, type, user_id, item_id, event_time) -> column name; an absent
            field has the column of its own name.
        default_type: of every row of a file without a type column.
    """

    path: str
    columns: Mapping[str, str] = field(default_factory=dict)
    default_type: EventType | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemImport:
    """A file of items to be imported; `path` as in EventImport."""

    path: str
    item_id_column: str = "item_id"
    list_separator: str = "|"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What became of the rows of a file.

    `rejected_path` is relative to the import folder, empty if nothing was rejected.
    """

    accepted: int
    duplicates: int = 0
    rejected: int = 0
    rejected_path: str = ""
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased: records by store (event_log, profiles, online_features, sessions,
    slate_log, models), 0 where there were none."""

    erase_ms: int
    stores: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What was written of a user; `files` are relative to the export folder."""

    files: tuple[str, ...]
    event_count: int
    read_ms: int
