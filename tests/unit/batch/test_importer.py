"""A folder ends up in the stores; what doesn't fit is counted, told and written aside."""

from __future__ import annotations

import csv
import io

import pytest
from rich.console import Console

from server.batch.holdout import read_holdout, read_protocol
from server.batch.importing.importer import import_folder
from server.batch.importing.report import show
from server.batch.importing.tables import SourceFileError
from server.batch.mapping.parse import load_mapping
from server.batch.mapping.section import MappingError
from server.batch.terminal import Terminal
from server.core.errors import ArtifactError
from server.core.event_type import EventType

MAPPING = """
name = "shop"
title = "A shop"
[items]
file = "items.csv"
id = "id"
title = "name"
[items.attributes]
price = { column = "price", type = "number" }
[users]
file = "users.csv"
id = "id"
[users.attributes]
country = "country"
[[events]]
file = "orders.csv"
user = "user"
item = "item"
type = "purchase"
time = "at"
[holdout]
method = "from_time"
file = "orders.csv"
start = "2024-01-03"
label = "purchase"
known_only = false
tasks = [{ name = "new items" }, { name = "with repeats", repeats = true }]
"""
ITEMS = "id,name,price\na,Apple,1\nb,Bread,two\nc c,Cake,3\n"
USERS = "id,country\nu1,DE\nu2,\n"
ORDERS = "user,item,at\nu1,a,2024-01-01\nu1,c c,2024-01-02\nu2,,2024-01-02\nu2,a,2024-01-03\nu1,a\n"


@pytest.fixture
def shop(folder):
    (folder / "shop.toml").write_text(MAPPING)
    (folder / "items.csv").write_text(ITEMS)
    (folder / "users.csv").write_text(USERS)
    (folder / "orders.csv").write_text(ORDERS)
    return folder


def quiet():
    return Terminal(Console(file=io.StringIO(), width=160))


async def run(shop, stores, **options):
    mapping = load_mapping(shop / "shop.toml")
    return await import_folder(shop, mapping, stores, terminal=quiet(), **options)


async def test_items_users_and_events_are_written(shop, stores):
    report = await run(shop, stores)
    assert [(part.role, part.written, part.rejected) for part in report.parts] == [
        ("items", 2, 1),
        ("users", 2, 0),
        ("events", 3, 2),
    ]
    apple, cake = await stores.catalog.get(["a", "c%20c"])
    assert (apple.title, apple.attributes) == ("Apple", {"price": 1.0})
    assert cake.title == "Cake"
    assert (await stores.profiles.get("u1")).attributes == {"country": "DE"}
    records = list(stores.log.scan())
    assert [record.event.items[0].item_id for record in records] == ["a", "c%20c", "a"]
    assert all(record.is_imported for record in records)
    assert records[0].event.type is EventType.PURCHASE
    assert records[0].event.event_id == "shop.orders.2.purchase"
    assert stores.processor.calls == 1


async def test_bad_rows_are_written_aside_with_line_and_reason(shop, stores):
    report = await run(shop, stores)
    assert {each.file: each.count for each in report.rejected} == {"items.csv": 1, "orders.csv": 2}
    path = stores.paths.imports / "orders.csv.rejected.csv"
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["line", "reason", "user", "item", "at"],
        ["4", "item is missing (item)", "u2", "", "2024-01-02"],
        ["6", "2 values instead of 3", "u1,a"],
    ]
    terminal = quiet()
    show(report, terminal)
    text = terminal.console.file.getvalue()
    assert "orders.csv: 2 rows rejected" in text
    assert "line 4: item is missing (item)" in text


async def test_a_repeated_import_changes_nothing(shop, stores):
    await run(shop, stores)
    (shop / "orders.csv").write_text(ORDERS.replace("u2,,", "u2,b,"))
    report = await run(shop, stores)
    events = report.parts[2]
    assert (events.written, events.duplicates, events.rejected) == (1, 3, 1)
    assert await stores.log.last_offset() == 4


async def test_a_row_that_changed_since_is_a_conflict(shop, stores):
    await run(shop, stores)
    (shop / "orders.csv").write_text(ORDERS.replace("u1,a,2024-01-01", "u1,b,2024-01-01"))
    report = await run(shop, stores)
    rejected = next(each for each in report.rejected if each.file == "orders.csv")
    assert rejected.first[0][0] == 2
    assert rejected.first[0][1].startswith("EVENT_ID_CONFLICT")


async def test_held_out_events_are_not_in_the_log(shop, stores):
    report = await run(shop, stores, hold_out=True)
    assert report.held_out == 1
    assert await stores.log.last_offset() == 2
    held_out = read_holdout(stores.paths)
    assert held_out["user_id"].to_pylist() == ["u2"]
    assert held_out["event_time_ms"].to_pylist() == [1_704_240_000_000]
    assert held_out["type"].to_pylist() == ["purchase"]
    protocol = read_protocol(stores.paths)
    assert (protocol.dataset, protocol.label, protocol.known_only) == ("shop", "purchase", False)
    assert [task.repeats for task in protocol.tasks] == [False, True]


async def test_holding_out_needs_an_empty_data_directory(shop, stores):
    await run(shop, stores)
    with pytest.raises(ArtifactError, match="import with --hold-out into an empty data directory"):
        await run(shop, stores, hold_out=True)


async def test_importing_everything_makes_the_held_out_part_void(shop, stores):
    await run(shop, stores, hold_out=True)
    await run(shop, stores)
    assert not stores.paths.holdout.exists()
    with pytest.raises(ArtifactError, match="nothing was held out"):
        read_protocol(stores.paths)


async def test_holding_out_needs_a_rule(shop, stores):
    text = MAPPING[: MAPPING.index("[holdout]")]
    (shop / "shop.toml").write_text(text)
    with pytest.raises(MappingError, match=r"shop\.toml: holdout: is missing; add \[holdout\]"):
        await run(shop, stores, hold_out=True)


async def test_a_missing_file_is_named_before_anything_is_written(shop, stores):
    (shop / "orders.csv").unlink()
    with pytest.raises(SourceFileError, match=r"orders\.csv: is not there"):
        await run(shop, stores)
    assert stores.catalog.columns().size == 0


async def test_all_rows_may_be_bad(shop, stores):
    (shop / "orders.csv").write_text("user,item,at\n,,\n,a,1\n")
    report = await run(shop, stores)
    assert report.parts[2].written == 0
    assert report.parts[2].rejected == 1
    assert await stores.log.last_offset() == 0


async def test_a_rejected_file_goes_away_once_all_is_well(shop, stores):
    await run(shop, stores)
    (shop / "items.csv").write_text(ITEMS.replace("two", "2"))
    (shop / "orders.csv").write_text("user,item,at\nu1,a,2024-01-01\n")
    report = await run(shop, stores)
    assert report.rejected == ()
    assert list(stores.paths.imports.iterdir()) == []
