"""Reads a training snapshot (schema.json and three Parquet files) into columnar arrays.

Shape legend: E events, M items, U users.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from torchrec_models.data.columns import (
    Attribute,
    AttributeKind,
    Categories,
    read_attribute,
    read_categories,
    times_or_nan,
)
from torchrec_models.errors import SnapshotError

FORMAT = 1
REMEDY = "write the snapshot again with `shortlist snapshot`, or check the path"

Int64Array = npt.NDArray[np.int64]
Int32Array = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Items:
    """The catalogue: model item i is row i."""

    ids: list[str]
    titles: list[str]
    create_time_ms: npt.NDArray[np.float64]
    attributes: dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Users:
    """Everyone with a profile or an event: model user u is row u."""

    ids: list[str]
    attributes: dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Events:
    """One row an event and item, in (event time, log offset) order."""

    user_E: Int32Array
    item_E: Int32Array
    type_E: npt.NDArray[np.int16]
    time_E: Int64Array
    signal_E: npt.NDArray[np.int8]
    types: list[str]
    context: dict[str, Categories]

    def __len__(self) -> int:
        return len(self.user_E)

    def take(self, rows: npt.NDArray[Any]) -> Events:
        """Return the events of a boolean mask or an index array, in its order."""
        return Events(
            user_E=self.user_E[rows],
            item_E=self.item_E[rows],
            type_E=self.type_E[rows],
            time_E=self.time_E[rows],
            signal_E=self.signal_E[rows],
            types=self.types,
            context={name: column.take(rows) for name, column in self.context.items()},
        )

    def is_type(self, name: str) -> npt.NDArray[np.bool_]:
        """Mark the events of one type; all False when the type never occurs."""
        if name not in self.types:
            return np.zeros(len(self), dtype=bool)
        same: npt.NDArray[np.bool_] = self.type_E == self.types.index(name)
        return same

    @property
    def is_positive(self) -> npt.NDArray[np.bool_]:
        """Mark the events that count as engagement."""
        positive: npt.NDArray[np.bool_] = self.signal_E > 0
        return positive


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A point in time of the event log and the catalogue."""

    catalog: str
    log_watermark: int
    data_time_ms: int
    has_impressions: bool
    items: Items
    users: Users
    events: Events
    dropped_events: int


def read_snapshot(folder: Path) -> Snapshot:
    """Read a snapshot folder; events of items that the catalogue lacks are dropped and counted.

    Raises:
        SnapshotError: A file is missing, malformed, of another format, or has no rows.
    """
    schema = _read_schema(folder / "schema.json")
    items = _read_items(_read_table(folder / "items.parquet"), schema)
    users, events, dropped = _read_users_and_events(folder, schema, items)
    return Snapshot(
        catalog=str(schema["catalog"]),
        log_watermark=int(schema["log_watermark"]),
        data_time_ms=int(schema["data_time_ms"]),
        has_impressions=bool(schema["impressions"]),
        items=items,
        users=users,
        events=events,
        dropped_events=dropped,
    )


def read_later_events(path: Path, snapshot: Snapshot) -> tuple[Events, int]:
    """Read later events of a snapshot's users and items, and how many impressions were of others.

    Raises:
        SnapshotError: the file is missing, malformed, or has no impressions.
    """
    table = _read_table(path)
    users = _column(table, "user_id", path.name).combine_chunks().dictionary_encode()
    items = _column(table, "item_id", path.name).combine_chunks().dictionary_encode()
    events = _events(
        table, _rows_of(users, snapshot.users.ids), _rows_of(items, snapshot.items.ids)
    )
    is_known = (events.user_E >= 0) & (events.item_E >= 0)
    shown = events.is_type("impression")
    if not (shown & is_known).any():
        raise SnapshotError(f"{path}: has no impressions of the snapshot's users and items")
    kept = events.take(np.flatnonzero(is_known))
    order = np.argsort(kept.time_E, kind="stable")
    return kept.take(order), int((shown & ~is_known).sum())


def _read_schema(path: Path) -> dict[str, Any]:
    try:
        schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be read ({error.strerror}); {REMEDY}") from error
    except ValueError as error:
        raise SnapshotError(f"{path}: is not JSON ({error}); {REMEDY}") from error
    for key in ("format", "catalog", "log_watermark", "data_time_ms", "impressions"):
        if key not in schema:
            raise SnapshotError(f"{path}: key {key!r} is missing; {REMEDY}")
    if schema["format"] != FORMAT:
        raise SnapshotError(f"{path}: format is {schema['format']!r}, expected {FORMAT}; {REMEDY}")
    return schema


def _read_table(path: Path, *, may_be_empty: bool = False) -> pa.Table:
    try:
        table = pq.read_table(path)
    except OSError as error:
        raise SnapshotError(f"{path}: cannot be read ({error}); {REMEDY}") from error
    except pa.ArrowInvalid as error:
        raise SnapshotError(f"{path}: is not a Parquet file ({error}); {REMEDY}") from error
    if table.num_rows == 0 and not may_be_empty:
        raise SnapshotError(f"{path}: has no rows; import items and events first")
    return table.combine_chunks()


def _column(table: pa.Table, name: str, file: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise SnapshotError(f"{file}: column {name!r} is missing; {REMEDY}")
    return table.column(name)


def _declared(
    schema: dict[str, Any], side: Literal["item_attributes", "user_attributes"]
) -> dict[str, AttributeKind]:
    return {
        str(declared["name"]): declared["type"]
        for declared in schema.get(side, [])
        if declared.get("feature", True)
    }


def _read_items(table: pa.Table, schema: dict[str, Any]) -> Items:
    ids = _column(table, "item_id", "items.parquet").to_pylist()
    if len(set(ids)) != len(ids):
        raise SnapshotError(f"items.parquet: column 'item_id' has duplicates; {REMEDY}")
    titles = [title or "" for title in _column(table, "title", "items.parquet").to_pylist()]
    return Items(
        ids=ids,
        titles=titles,
        create_time_ms=times_or_nan(_column(table, "create_time_ms", "items.parquet")),
        attributes={
            name: read_attribute(_column(table, f"attr.{name}", "items.parquet"), kind)
            for name, kind in _declared(schema, "item_attributes").items()
        },
    )


def _read_users_and_events(
    folder: Path, schema: dict[str, Any], items: Items
) -> tuple[Users, Events, int]:
    profiles = _read_table(folder / "users.parquet", may_be_empty=True)
    table = _read_table(folder / "events.parquet")
    profile_ids: list[str] = _column(profiles, "user_id", "users.parquet").to_pylist()
    event_users = _column(table, "user_id", "events.parquet").combine_chunks().dictionary_encode()
    known = set(profile_ids)
    strangers = [name for name in event_users.dictionary.to_pylist() if name not in known]
    users = Users(
        ids=profile_ids + strangers,
        attributes={
            name: read_attribute(
                _column(profiles, f"attr.{name}", "users.parquet"), kind
            ).padded_to(len(profile_ids) + len(strangers))
            for name, kind in _declared(schema, "user_attributes").items()
        },
    )
    user_E = _rows_of(event_users, users.ids)
    item_column = _column(table, "item_id", "events.parquet").combine_chunks().dictionary_encode()
    item_E = _rows_of(item_column, items.ids)
    events = _events(table, user_E, item_E)
    is_known = events.item_E >= 0
    dropped = int((~is_known).sum())
    if dropped == len(events):
        raise SnapshotError(f"events.parquet: no event is of an item in items.parquet; {REMEDY}")
    events = events.take(np.flatnonzero(is_known))
    order = np.argsort(events.time_E, kind="stable")
    return users, events.take(order), dropped


def _rows_of(column: pa.DictionaryArray, ids: list[str]) -> Int32Array:
    row_of = {name: row for row, name in enumerate(ids)}
    lookup = np.array(
        [row_of.get(name, -1) for name in column.dictionary.to_pylist()], dtype=np.int32
    )
    rows: Int32Array = lookup[column.indices.to_numpy(zero_copy_only=False)]
    return rows


def _events(table: pa.Table, user_E: Int32Array, item_E: Int32Array) -> Events:
    types = read_categories(_column(table, "type", "events.parquet"))
    context = {
        name.removeprefix("context."): read_categories(table.column(name))
        for name in table.column_names
        if name.startswith("context.") or name == "surface"
    }
    return Events(
        user_E=user_E,
        item_E=item_E,
        type_E=types.code_E.astype(np.int16),
        time_E=_column(table, "event_time_ms", "events.parquet").to_numpy().astype(np.int64),
        signal_E=_column(table, "signal", "events.parquet").to_numpy().astype(np.int8),
        types=types.values,
        context=context,
    )
