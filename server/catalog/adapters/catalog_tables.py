"""The tables of the embedded catalogue, and the statements on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

import apsw
import orjson

from server.catalog.column_builder import RowValues
from server.catalog.item import Attribute, AttributeType, Item, Schema
from server.catalog.item_codec import Fields, decode, encode
from server.storage.row_insert import insert_rows
from server.storage.sqlite_database import SqliteDatabase

APPLICATION_ID: Final = 0x534C4341

# Rows stay when their item is deleted, so that a row is its position and is never reused.
_SCHEMA: Final = """
CREATE TABLE items(
    row INTEGER PRIMARY KEY,
    item_id TEXT NOT NULL,
    is_deleted INTEGER NOT NULL,
    data TEXT NOT NULL
);
CREATE UNIQUE INDEX items_item_id ON items(item_id) WHERE is_deleted = 0;
CREATE TABLE attributes(
    position INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    type INTEGER NOT NULL,
    is_filterable INTEGER NOT NULL,
    is_feature INTEGER NOT NULL,
    UNIQUE (owner, name)
);
CREATE TABLE schema_update(id INTEGER PRIMARY KEY CHECK (id = 1), update_ms INTEGER NOT NULL);
"""

Page: TypeAlias = list[tuple[int, int, Fields]]
"""(row, is_deleted, fields of the item's JSON)"""


@dataclass(frozen=True, slots=True)
class Existing:
    """An item that is in the catalogue."""

    row: int
    item: Item


def catalog_database(path: Path, vfs: str | None = None) -> SqliteDatabase:
    """Describe the catalogue's file."""
    return SqliteDatabase(path=path, application_id=APPLICATION_ID, migrations=(_SCHEMA,), vfs=vfs)


def read_schema(connection: apsw.Connection) -> Schema:
    """Return the declared attributes in the order of their declaration."""
    declared: dict[str, list[Attribute]] = {"item": [], "user": []}
    rows: Any = connection.execute(
        "SELECT owner, name, type, is_filterable, is_feature FROM attributes ORDER BY position"
    )
    for owner, name, kind, is_filterable, is_feature in rows:
        attribute = Attribute(name, AttributeType(kind), bool(is_filterable), bool(is_feature))
        declared[owner].append(attribute)
    return Schema(
        item_attributes=tuple(declared["item"]),
        user_attributes=tuple(declared["user"]),
        update_ms=connection.execute("SELECT coalesce(max(update_ms), 0) FROM schema_update").get,
    )


def write_schema(connection: apsw.Connection, schema: Schema) -> None:
    """Replace the declared attributes."""
    owned = [("item", each) for each in schema.item_attributes]
    owned += [("user", each) for each in schema.user_attributes]
    rows = [
        (owner, each.name, int(each.type), int(each.is_filterable), int(each.is_feature))
        for owner, each in owned
    ]
    connection.execute("DELETE FROM attributes")
    columns = "owner, name, type, is_filterable, is_feature"
    insert_rows(connection, f"INSERT INTO attributes({columns})", rows)
    connection.execute("INSERT OR REPLACE INTO schema_update VALUES (1, ?)", (schema.update_ms,))


def read_existing(connection: apsw.Connection, item_ids: Sequence[str]) -> dict[str, Existing]:
    """Return the items by id that are there; all in one row, fetched at once."""
    packed: Any = connection.execute(
        "SELECT group_concat('[' || row || ',' || data || ']') FROM items "
        "WHERE item_id IN (SELECT value FROM json_each(?)) AND is_deleted = 0",
        (orjson.dumps(list(item_ids)).decode(),),
    ).get
    found = orjson.loads(f"[{packed or ''}]")
    return {fields[0]: Existing(row, decode(fields)) for row, fields in found}


def read_page(
    connection: apsw.Connection, after_row: int, limit: int, *, with_deleted: bool = True
) -> Page:
    """Return rows in order."""
    condition = "" if with_deleted else "AND is_deleted = 0"
    packed: Any = connection.execute(
        "SELECT group_concat('[' || row || ',' || is_deleted || ',' || data || ']' ORDER BY row) "
        f"FROM (SELECT * FROM items WHERE row > ? {condition} ORDER BY row LIMIT ?)",
        (after_row, limit),
    ).get
    page: Page = orjson.loads(f"[{packed or ''}]")
    return page


def loaded_rows(page: Page) -> RowValues:
    """Return a page as values of the columns."""
    rows, is_deleted, items = zip(*page, strict=True)
    item_ids, titles, attributes, is_active, available, expire, create, _, _ = zip(
        *items, strict=True
    )
    return RowValues(
        rows=rows,
        item_ids=item_ids,
        titles=titles,
        is_active=is_active,
        is_alive=[not each for each in is_deleted],
        available_ms=available,
        expire_ms=expire,
        create_ms=create,
        attributes=attributes,
    )


def write_items(
    connection: apsw.Connection,
    items: Sequence[Item],
    existing: Mapping[str, Existing],
    now_ms: int,
) -> dict[int, Item]:
    """Write items, new ones into new rows; return them by row; the last of equal ids wins."""
    next_row: int = connection.execute("SELECT coalesce(max(row), -1) + 1 FROM items").get
    rows = {item_id: each.row for item_id, each in existing.items()}
    written: dict[int, Item] = {}
    for item in items:
        row = rows.get(item.item_id)
        if row is None:
            row = rows[item.item_id] = next_row
            next_row += 1
        known = existing.get(item.item_id)
        written[row] = stamped(item, None if known is None else known.item, now_ms)
    insert_rows(
        connection,
        "INSERT INTO items(row, item_id, is_deleted, data)",
        [(row, item.item_id, 0, encode(item)) for row, item in written.items()],
        suffix="ON CONFLICT(row) DO UPDATE SET data = excluded.data",
    )
    return written


def stamped(item: Item, current: Item | None, now_ms: int) -> Item:
    """Return the item with its times: a creation time that is given or known stays."""
    create_ms = item.create_ms
    if create_ms is None:
        create_ms = now_ms if current is None else current.create_ms
    return replace(item, create_ms=create_ms, update_ms=now_ms)
