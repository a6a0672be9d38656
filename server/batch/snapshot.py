"""Writes training snapshots: the event log, the catalogue and the profiles as Parquet files."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from server.batch.event_table import concatenated, context_names, event_table
from server.batch.stores import Stores
from server.catalog.item import Attribute, AttributeType, Item, Schema
from server.core.item_columns import AttributeValue
from server.core.subject import Subject
from server.events.user_event import LoggedEvent, UserEvent
from server.profiles.ports import Profile, ProfileStore

FORMAT = 1
_CHUNK = 8_000
_KEPT = 2
_ARROW_TYPES = {
    AttributeType.STRING: pa.string(),
    AttributeType.TEXT: pa.string(),
    AttributeType.STRINGS: pa.list_(pa.string()),
    AttributeType.NUMBER: pa.float64(),
    AttributeType.TIMESTAMP: pa.int64(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReport:
    """What a snapshot holds; `event_rows` counts an event once for each of its items."""

    folder: Path
    watermark: int
    data_time_ms: int
    event_rows: int
    items: int
    users: int


async def write_snapshot(
    stores: Stores,
    *,
    folder: Path | None = None,
    until: int | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> SnapshotReport:
    """Write a snapshot; nothing but files in the snapshot's folder is written.

    Erased subjects are not in the log any more and so not in the snapshot; events of visitors
    that were merged into a user are that user's.

    Args:
        folder: where to; None: `snapshots/<watermark>` of the data directory, of which the
            latest two are kept.
        until: last offset to read; None: as far as the log goes.
        advance: hears how many records were read.

    Raises:
        StorageFullError, UnavailableError.
    """
    watermark = await stores.log.last_offset()
    watermark = watermark if until is None else min(until, watermark)
    target = folder or stores.paths.snapshots / f"{watermark:012d}"
    report = await asyncio.to_thread(_write, stores, target, watermark, advance)
    if folder is None:
        _remove_old(stores.paths.snapshots)
    return report


def read_events(
    records: Iterable[LoggedEvent],
    profiles: ProfileStore,
    *,
    until: int | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> pa.Table:
    """Return the rows of the log's records in their order, blocking."""
    keys: dict[Subject, str] = {}

    def key_of(subject: Subject) -> str:
        key = keys.get(subject)
        if key is None:
            owner = profiles.owner_of(subject.id) if subject.is_visitor else None
            key = keys[subject] = subject.key if owner is None else Subject(owner).key
        return key

    tables: list[pa.Table] = []
    pairs = _pairs(records, until)
    while chunk := list(islice(pairs, _CHUNK)):
        tables.append(event_table(chunk, key_of))
        advance(len(chunk))
    return concatenated(tables)


def _pairs(records: Iterable[LoggedEvent], until: int | None) -> Iterable[tuple[int, UserEvent]]:
    for record in records:
        if until is not None and record.offset > until:
            return
        yield record.offset, record.event


def _write(
    stores: Stores, target: Path, watermark: int, advance: Callable[[int], None]
) -> SnapshotReport:
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".snapshot-", dir=target.parent))
    try:
        report = _fill(folder, stores, watermark, advance)
        _replace(folder, target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return SnapshotReport(
        folder=target,
        watermark=watermark,
        data_time_ms=report[0],
        event_rows=report[1],
        items=report[2],
        users=report[3],
    )


def _fill(
    folder: Path, stores: Stores, watermark: int, advance: Callable[[int], None]
) -> tuple[int, int, int, int]:
    """Write the files; return the data time and the numbers of event rows, items and users."""
    # The log before the catalogue, so that the items of all these events are there.
    events = read_events(stores.log.scan(), stores.profiles, until=watermark, advance=advance)
    schema = stores.catalog.schema()
    items = _item_table(list(stores.catalog.list()), schema)
    users = _user_table(list(stores.profiles.list()), schema)
    data_time_ms = pc.max(events["event_time_ms"]).as_py() or 0
    for name, table in (("events", events), ("items", items), ("users", users)):
        pq.write_table(table, folder / f"{name}.parquet", store_schema=False)
    document = {
        "format": FORMAT,
        "catalog": "catalog",
        "log_watermark": watermark,
        "data_time_ms": data_time_ms,
        "item_attributes": [_declared(each) for each in schema.item_attributes],
        "user_attributes": [_declared(each) for each in schema.user_attributes],
        "context_attributes": context_names(events),
        "impressions": bool(pc.any(pc.equal(events["type"], "impression")).as_py()),
    }
    (folder / "schema.json").write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2))
    return data_time_ms, events.num_rows, items.num_rows, users.num_rows


def _declared(attribute: Attribute) -> dict[str, object]:
    return {
        "name": attribute.name,
        "type": attribute.type.name.lower(),
        "filterable": attribute.is_filterable,
        "feature": attribute.is_feature,
    }


def _item_table(listed: list[tuple[int, Item]], schema: Schema) -> pa.Table:
    items = [item for _, item in listed]
    columns = {
        "item_id": pa.array([item.item_id for item in items], pa.string()),
        "title": pa.array([item.title for item in items], pa.string()),
        "create_time_ms": pa.array([item.create_ms for item in items], pa.int64()),
    }
    for attribute in schema.item_attributes:
        values = [item.attributes.get(attribute.name) for item in items]
        columns[f"attr.{attribute.name}"] = _attribute_array(values, attribute.type)
    return pa.table(columns)


def _user_table(profiles: list[Profile], schema: Schema) -> pa.Table:
    keys = [Subject(profile.user_id).key for profile in profiles]
    columns = {"user_id": pa.array(keys, pa.string())}
    for attribute in schema.user_attributes:
        values = [profile.attributes.get(attribute.name) for profile in profiles]
        columns[f"attr.{attribute.name}"] = _attribute_array(values, attribute.type)
    return pa.table(columns)


def _attribute_array(values: list[AttributeValue | None], kind: AttributeType) -> pa.Array:
    if kind is AttributeType.TIMESTAMP:
        whole = [round(value) if isinstance(value, float) else None for value in values]
        return pa.array(whole, pa.int64())
    return pa.array(values, _ARROW_TYPES[kind])


def _replace(folder: Path, target: Path) -> None:
    """Put a finished folder into its place; a folder of the same name gives way."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    if target.exists():
        aside = Path(tempfile.mkdtemp(prefix=".old-", dir=target.parent))
        target.rename(aside / target.name)
        folder.rename(target)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        folder.rename(target)


def _remove_old(snapshots: Path) -> None:
    finished = sorted(path for path in snapshots.iterdir() if path.name.isdigit())
    for path in finished[:-_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
