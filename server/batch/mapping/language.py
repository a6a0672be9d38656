"""A mapping as values: which files and columns become items, users, events and a held-out part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.catalog.item import Attribute
from server.core.event_type import EventType


class Pick(StrEnum):
    """Which value counts when several rows describe one item or user."""

    FIRST = "first"
    LAST = "last"
    MOST_FREQUENT = "most_frequent"
    MEDIAN = "median"


class TimeKind(StrEnum):
    """Where a time comes from."""

    COLUMN = "column"
    ROW_ORDER = "row_order"
    CONSTANT = "constant"
    EARLIEST = "earliest"


class Comparison(StrEnum):
    """How a row filter compares; the numeric ones need numbers."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    IN = "in"
    NOT_IN = "not_in"
    MATCHES = "matches"
    NOT_MATCHES = "not_matches"
    PRESENT = "present"
    ABOVE = "above"
    BELOW = "below"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


class HoldoutMethod(StrEnum):
    """Which events are kept back."""

    LAST_SHARE = "last_share"
    FROM_TIME = "from_time"
    WHERE = "where"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value of a row.

    Attributes:
        pattern: regular expression with one group; the group of the first match is the value.
        missing: texts that mean no value, besides the empty one.
        separator: splits a list. multiply: factor of numbers.
        scale: the source's lowest and highest rating, mapped linearly onto 1..5.
        clip: ratings outside 1..5 become 1 or 5.
    """

    column: str
    pattern: str = ""
    missing: tuple[str, ...] = ()
    separator: str = ""
    multiply: float = 1.0
    scale: tuple[float, float] | None = None
    clip: bool = False
    pick: Pick = Pick.FIRST


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCell:
    """One time of a row, in milliseconds since 1970.

    Attributes:
        format: `auto` (RFC 3339, or seconds or milliseconds by size), `unix_s`, `unix_ms`, or a
            strptime pattern read as UTC.
        start_ms, step_ms: of the row order; constant_ms: of a constant.
    """

    kind: TimeKind
    column: str = ""
    format: str = "auto"
    start_ms: int = 0
    step_ms: int = 1000
    constant_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Rows that fail it are left out, silently but counted; for PRESENT the value is a bool."""

    column: str
    test: Comparison
    value: str | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """How a file is read; `columns` names those of a file without a header line.

    `explode` names a column of JSON lines whose list of objects becomes rows.
    """

    separator: str = ","
    columns: tuple[str, ...] = ()
    encoding: str = "utf-8"
    explode: str = ""


@dataclass(frozen=True, slots=True)
class AttributeCell:
    """A declared attribute and where its value is."""

    attribute: Attribute
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSource:
    """Items: one a row, or one for all rows that share an id.

    `time` dates the rows, for `created` EARLIEST and for holding out; items of which a row passes
    `unavailable` are imported but never shown.
    """

    key: str
    file: str
    id: Cell
    title: Cell | None = None
    image_uri: Cell | None = None
    created: TimeCell | None = None
    available: TimeCell | None = None
    expires: TimeCell | None = None
    time: TimeCell | None = None
    attributes: tuple[AttributeCell, ...] = ()
    where: tuple[RowFilter, ...] = ()
    unavailable: tuple[RowFilter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSource:
    """User profiles: one a row, or one for all rows that share an id."""

    key: str
    file: str
    id: Cell
    time: TimeCell | None = None
    attributes: tuple[AttributeCell, ...] = ()
    where: tuple[RowFilter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeColumn:
    """The type of an event by a column; without `values` the column holds our own names."""

    cell: Cell
    values: Mapping[str, EventType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """Rows that hold a list of items, oldest first, of which `time` dates the last.

    Each value of a column of `marks` is one more event of that type on the first occurrence in
    the list that has none yet.
    """

    items: str
    separator: str = " "
    step_ms: int = 60_000
    marks: Mapping[EventType, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSource:
    """Events: exactly one of `user` and `visitor`, and of `type`, `type_column` and `flags`.

    `flags` makes one event a row for each type whose column is true, always for "" as the column;
    consecutive rows with the same `group_by`, subject, time and type are one event.
    """

    key: str
    file: str
    item: Cell
    time: TimeCell
    user: Cell | None = None
    visitor: Cell | None = None
    type: EventType | None = None
    type_column: TypeColumn | None = None
    flags: Mapping[EventType, str] = field(default_factory=dict)
    rating: Cell | None = None
    quantity: Cell | None = None
    price: Cell | None = None
    dwell_ms: Cell | None = None
    position: Cell | None = None
    session: Cell | None = None
    event_id: Cell | None = None
    group_by: Cell | None = None
    context: Mapping[str, Cell] = field(default_factory=dict)
    where: tuple[RowFilter, ...] = ()
    sequence: Sequence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One measurement on held-out events; `repeats`: items known of the user count and may be
    recommended again."""

    name: str
    repeats: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdout:
    """What is kept out of the log for evaluation, and what is measured on it.

    Attributes:
        file: of the events concerned; other files are imported whole.
        share, min_events: of LAST_SHARE: the last floor(share * n) of the n >= min_events positive
            events of a user, in row order; later rows of that user that are not positive are
            neither imported nor kept.
        start_ms: of FROM_TIME. where: of WHERE, on the rows of the file.
        label: the type whose held-out events are to be predicted.
        known_only: only users and items of the log count.
        fits_held_out_users: baselines fit on users who have held-out events alone.
        has_impressions: held-out impressions can be scored (AUC).
    """

    method: HoldoutMethod
    file: str
    label: EventType
    tasks: tuple[Task, ...]
    description: str = ""
    share: float = 0.2
    min_events: int = 1
    start_ms: int = 0
    where: tuple[RowFilter, ...] = ()
    known_only: bool = True
    fits_held_out_users: bool = False
    has_impressions: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetMapping:
    """A whole mapping; `required` are the files by which the layout is recognised."""

    name: str
    path: str
    title: str = ""
    family: str = ""
    required: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, FileFormat] = field(default_factory=dict)
    items: tuple[ItemSource, ...] = ()
    users: tuple[UserSource, ...] = ()
    events: tuple[EventSource, ...] = ()
    holdout: Holdout | None = None

    def file_names(self) -> list[str]:
        """Return every file that some part reads, once, items first."""
        files = [part.file for part in self.items]
        files += [part.file for part in self.users]
        files += [part.file for part in self.events]
        return list(dict.fromkeys(files))
