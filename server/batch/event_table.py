"""Events as an Arrow table: the columns of snapshots and of held-out events.

Shape legend: E events, R rows (an event with several items is several rows).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from server.core.event_type import EventType, signal
from server.core.subject import Subject
from server.events.user_event import EventItem, UserEvent

CONTEXT_PREFIX = "context."
SCHEMA = pa.schema(
    [
        ("offset", pa.int64()),
        ("event_id", pa.string()),
        ("user_id", pa.string()),
        ("type", pa.string()),
        ("item_id", pa.string()),
        ("event_time_ms", pa.int64()),
        ("signal", pa.int8()),
        ("rating", pa.float32()),
        ("quantity", pa.float32()),
        ("price", pa.float32()),
        ("dwell_ms", pa.int64()),
        ("position", pa.int32()),
        ("session_id", pa.string()),
        ("request_id", pa.string()),
        ("surface", pa.string()),
    ]
)
_NAMES = {each: each.name.lower() for each in EventType}
_SIGNALS = {each: signal(each) for each in EventType}
# Names repeat: a dictionary keeps what is in memory small until the file is written.
_REPEATED = frozenset({"user_id", "type", "item_id", "surface", "session_id"})


def event_table(
    events: Sequence[tuple[int, UserEvent]], key_of: Callable[[Subject], str]
) -> pa.Table:
    """Return the rows of (offset, event) pairs, in order.

    Args:
        key_of: the subject's key, visitors that belong to a user resolved.
    """
    counts = [len(event.items) for _, event in events]
    is_plain = all(count == 1 for count in counts)

    def spread(values: list[Any]) -> list[Any]:
        if is_plain:
            return values
        return [value for value, n in zip(values, counts, strict=True) for _ in range(n)]

    bare = [event for _, event in events]
    items = [event.items[0] for event in bare] if is_plain else _all_items(bare)
    per_event: dict[str, list[Any]] = {
        "offset": [offset for offset, _ in events],
        "event_id": [event.event_id for event in bare],
        "user_id": [key_of(event.subject) for event in bare],
        "type": [_NAMES[event.type] for event in bare],
        "event_time_ms": [event.time_ms for event in bare],
        "session_id": [event.session_id or None for event in bare],
        "request_id": [event.slate_request_id or None for event in bare],
        "surface": [event.slate_serving_config or None for event in bare],
    }
    columns = {name: spread(values) for name, values in per_event.items()}
    columns["signal"] = [
        signal(event_type, item.rating) if event_type is EventType.RATE else _SIGNALS[event_type]
        for event_type, item in zip(spread([e.type for e in bare]), items, strict=True)
    ]
    columns["item_id"] = [item.item_id for item in items]
    for name in ("rating", "quantity", "price", "dwell_ms", "position"):
        columns[name] = [getattr(item, name) for item in items]
    arrays = {field.name: _array(columns[field.name], field) for field in SCHEMA}
    for name in sorted({name for event in bare for name in event.context}):
        values = spread([event.context.get(name) for event in bare])
        arrays[CONTEXT_PREFIX + name] = pa.array(values, pa.string()).dictionary_encode()
    return pa.table(arrays)


def concatenated(tables: Sequence[pa.Table]) -> pa.Table:
    """Join tables whose context columns may differ; dictionaries become plain strings."""
    plain = [_without_dictionaries(table) for table in tables]
    return pa.concat_tables([SCHEMA.empty_table(), *plain], promote_options="default")


def context_names(table: pa.Table) -> list[str]:
    """Return the names of the context columns, without prefix."""
    return [
        name.removeprefix(CONTEXT_PREFIX)
        for name in table.column_names
        if name.startswith(CONTEXT_PREFIX)
    ]


def _all_items(events: Sequence[UserEvent]) -> list[EventItem]:
    return list(chain.from_iterable(event.items for event in events))


def _array(values: list[Any], field: pa.Field) -> pa.Array:
    array = pa.array(values, field.type)
    return array.dictionary_encode() if field.name in _REPEATED else array


def _without_dictionaries(table: pa.Table) -> pa.Table:
    for position, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            column = table.column(position).cast(pa.string())
            table = table.set_column(position, field.name, column)
    return table
