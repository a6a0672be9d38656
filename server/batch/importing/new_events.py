"""Makes single events for the log out of event columns, with ids that a re-import repeats."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import mmh3
import numpy as np
from numpy.typing import NDArray

from server.batch.ids import encode_id
from server.batch.importing.event_columns import EventColumns
from server.batch.importing.reader import Coded, Floats
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.user_event import EventItem, NewEvent, UserEvent

MAX_ITEMS = 200
_MAX_PREFIX = 64
_NAMES = {int(each): each.name.lower() for each in EventType}
_NUMBERS = ("quantity", "price", "dwell_ms", "rating", "position")
_MAX_SHARED_ITEMS = 100_000
_NO_CONTEXT: dict[str, str] = {}


def id_prefix(*parts: str) -> str:
    """Return the beginning of event ids, short enough for line and type to follow."""
    joined = ".".join(part for part in parts if part)
    prefix = encode_id(joined) or ""
    if 0 < len(prefix) <= _MAX_PREFIX:
        return prefix
    return f"import-{mmh3.hash_bytes(joined.encode()).hex()}"


def chunks(
    columns: EventColumns, prefix: str, size: int
) -> Iterator[tuple[list[NewEvent], NDArray[np.int64], NDArray[np.int64]]]:
    """Yield events in order, at most `size` at a time, with their first row and row count.

    Shapes:
        first (n,) and counts (n,) int64: event i stands for columns first[i] .. first[i] +
        counts[i] - 1.
    """
    starts = _starts(columns)
    counts = np.diff(np.append(starts, len(columns)))
    writer = _Writer(columns, prefix)
    for at in range(0, len(starts), size):
        first, count = starts[at : at + size], counts[at : at + size]
        yield writer.events(first, count), first, count


def _starts(columns: EventColumns) -> NDArray[np.int64]:
    """Return where each event begins: every row, or every group of at most MAX_ITEMS rows."""
    positions = np.arange(len(columns), dtype=np.int64)
    if columns.group is None or len(columns) == 0:
        return positions
    codes = columns.group.codes
    is_new = np.ones(len(columns), np.bool_)
    is_new[1:] = (codes[1:] != codes[:-1]) | (codes[1:] < 0)
    for key in (columns.subject.codes, columns.time_ms, columns.type):
        is_new[1:] |= key[1:] != key[:-1]
    within = positions - np.maximum.accumulate(np.where(is_new, positions, 0))
    return np.flatnonzero(within % MAX_ITEMS == 0).astype(np.int64)


@dataclass(slots=True)
class _Writer:
    """Builds events; subjects, items and contexts that repeat are shared objects."""

    columns: EventColumns
    prefix: str
    _subjects: dict[int, Subject] = field(default_factory=dict)
    _items: dict[tuple[float | None, ...], EventItem] = field(default_factory=dict)
    _contexts: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)

    def events(self, first: NDArray[np.int64], counts: NDArray[np.int64]) -> list[NewEvent]:
        """Return the events that begin at `first`."""
        items = self._items_between(int(first[0]), int(first[-1] + counts[-1]))
        starts = (first - first[0]).tolist()
        ends = (first - first[0] + counts).tolist()
        fields = zip(
            self._event_ids(first),
            map(EventType, self.columns.type[first].tolist()),
            self._subjects_of(first),
            [tuple(items[a:b]) for a, b in zip(starts, ends, strict=True)],
            self.columns.time_ms[first].tolist(),
            _texts(self.columns.session, first),
            self._contexts_of(first),
            strict=True,
        )
        events = [
            UserEvent(
                event_id=event_id,
                type=event_type,
                subject=subject,
                items=of_event,
                time_ms=time_ms,
                session_id=session_id,
                context=context,
            )
            for event_id, event_type, subject, of_event, time_ms, session_id, context in fields
        ]
        return [
            NewEvent(event=event, digest=payload_digest(event), is_imported=True)
            for event in events
        ]

    def _event_ids(self, rows: NDArray[np.int64]) -> list[str]:
        columns = self.columns
        if columns.event_id is not None:
            return _texts(columns.event_id, rows)
        fields = (columns.line[rows], columns.sub[rows], columns.type[rows])
        prefix = self.prefix
        return [
            f"{prefix}.{line}.{sub}.{_NAMES[kind]}" if sub else f"{prefix}.{line}.{_NAMES[kind]}"
            for line, sub, kind in zip(*(each.tolist() for each in fields), strict=True)
        ]

    def _subjects_of(self, rows: NDArray[np.int64]) -> list[Subject]:
        codes, names = self.columns.subject.codes[rows].tolist(), self.columns.subject.values
        known, is_visitor = self._subjects, self.columns.is_visitor
        for code in codes:
            if code not in known:
                known[code] = Subject(names[code], is_visitor=is_visitor)
        return [known[code] for code in codes]

    def _items_between(self, start: int, end: int) -> list[EventItem]:
        columns, known = self.columns, self._items
        if len(known) > _MAX_SHARED_ITEMS:
            known.clear()
        values = [_known(columns.numbers.get(name), start, end) for name in _NUMBERS]
        keys = list(zip(columns.item.codes[start:end].tolist(), *values, strict=True))
        names = columns.item.values
        for key in keys:
            if key not in known:
                code, quantity, price, dwell_ms, rating, position = key
                known[key] = EventItem(
                    item_id=names[code],
                    quantity=_whole(quantity),
                    price=price,
                    dwell_ms=_whole(dwell_ms),
                    rating=rating,
                    position=_whole(position),
                )
        return [known[key] for key in keys]

    def _contexts_of(self, rows: NDArray[np.int64]) -> list[dict[str, str]]:
        columns, known = self.columns.context, self._contexts
        if not columns:
            return [_NO_CONTEXT] * len(rows)
        keys = list(zip(*(_texts(coded, rows) for coded in columns.values()), strict=True))
        for key in keys:
            if key not in known:
                named = zip(columns, key, strict=True)
                known[key] = {name: value for name, value in named if value}
        return [known[key] for key in keys]


def _texts(coded: Coded | None, rows: NDArray[np.int64]) -> list[str]:
    if coded is None:
        return [""] * len(rows)
    # A missing value has code -1: the empty text at the end.
    values = [*coded.values, ""]
    return [values[code] for code in coded.codes[rows].tolist()]


def _known(column: Floats | None, start: int, end: int) -> list[float | None]:
    if column is None:
        return [None] * (end - start)
    return [None if math.isnan(value) else value for value in column[start:end].tolist()]


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def payload_digest(event: UserEvent) -> bytes:
    """Return 16 bytes that change with any value of an imported event."""
    items = [
        f"{i.item_id}\x1f{i.quantity}\x1f{i.price}\x1f{i.dwell_ms}\x1f{i.rating}\x1f{i.position}"
        for i in event.items
    ]
    text = (
        f"{event.type:d}\x1f{event.subject.is_visitor}\x1f{event.subject.id}\x1f{event.time_ms}"
        f"\x1f{event.session_id}\x1e{items}\x1e{event.context}"
    )
    return mmh3.mmh3_x64_128_digest(text.encode("utf-8", errors="surrogatepass"))
