"""Snapshots have the agreed columns, resolve visitors, and can be read for training."""

from __future__ import annotations

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from server.batch.snapshot import write_snapshot
from server.catalog.item import Attribute, AttributeType, Item
from server.core.event_type import EventType
from server.core.subject import Subject
from server.events.user_event import EventItem, NewEvent, UserEvent
from server.profiles.ports import Profile
from torchrec_models.data.snapshot import read_snapshot


def event(name, event_type, subject, *items, **fields):
    made = UserEvent(
        event_id=name,
        type=event_type,
        subject=subject,
        items=items,
        time_ms=fields.pop("time_ms", 1_000),
        **fields,
    )
    return NewEvent(event=made, digest=name.encode(), is_imported=True)


ALICE, BOB, VISITOR = Subject("alice"), Subject("bob"), Subject("v1", is_visitor=True)


@pytest.fixture
async def filled(stores):
    await stores.catalog.declare(
        [
            Attribute("tags", AttributeType.STRINGS, is_filterable=True, is_feature=True),
            Attribute("price", AttributeType.NUMBER, is_feature=True),
            Attribute("made", AttributeType.TIMESTAMP),
        ],
        [Attribute("country", AttributeType.STRING, is_feature=True)],
    )
    await stores.catalog.upsert(
        [
            Item(item_id="a", title="Apple", create_ms=5, attributes={"tags": ("x", "y")}),
            Item(item_id="b", create_ms=6, attributes={"price": 2.5, "made": 7.0}),
        ]
    )
    await stores.profiles.upsert([Profile(user_id="alice", attributes={"country": "DE"})])
    await stores.log.append(
        [
            event(
                "e1",
                EventType.IMPRESSION,
                ALICE,
                EventItem(item_id="a", position=0),
                EventItem(item_id="b", position=1),
                context={"platform": "ios", "tab": "home"},
                slate_request_id="r1",
                slate_serving_config="home",
            ),
            event("e2", EventType.RATE, VISITOR, EventItem(item_id="a", rating=4.5), time_ms=3_000),
            event("e3", EventType.RATE, BOB, EventItem(item_id="b", rating=1.0), time_ms=2_000),
            event(
                "e4",
                EventType.PURCHASE,
                ALICE,
                EventItem(item_id="b", quantity=3, price=2.5, dwell_ms=9),
                session_id="s1",
            ),
        ]
    )
    return stores


async def test_a_snapshot_has_the_agreed_columns(filled):
    report = await write_snapshot(filled)
    assert report.folder == filled.paths.snapshots / "000000000004"
    assert (report.event_rows, report.items, report.users) == (5, 2, 1)
    schema = orjson.loads((report.folder / "schema.json").read_bytes())
    assert schema["format"] == 1
    assert schema["log_watermark"] == 4
    assert schema["data_time_ms"] == 3_000
    assert schema["impressions"] is True
    assert schema["context_attributes"] == ["platform", "tab"]
    assert schema["item_attributes"][0] == {
        "name": "tags",
        "type": "strings",
        "filterable": True,
        "feature": True,
    }
    events = pq.read_table(report.folder / "events.parquet")
    assert events.schema.field("user_id").type == pa.string()
    assert events.schema.field("signal").type == pa.int8()
    assert events.schema.field("rating").type == pa.float32()
    assert events.schema.field("position").type == pa.int32()
    assert events["offset"].to_pylist() == [1, 1, 2, 3, 4]
    assert events["item_id"].to_pylist() == ["a", "b", "a", "b", "b"]
    assert events["type"].to_pylist() == ["impression", "impression", "rate", "rate", "purchase"]
    assert events["signal"].to_pylist() == [0, 0, 1, -1, 1]
    assert events["position"].to_pylist() == [0, 1, None, None, None]
    assert events["request_id"].to_pylist() == ["r1", "r1", None, None, None]
    assert events["surface"].to_pylist() == ["home", "home", None, None, None]
    assert events["context.tab"].to_pylist() == ["home", "home", None, None, None]
    assert events["quantity"].to_pylist() == [None, None, None, None, 3.0]
    items = pq.read_table(report.folder / "items.parquet").to_pylist()
    assert items[0] == {
        "item_id": "a",
        "title": "Apple",
        "create_time_ms": 5,
        "attr.tags": ["x", "y"],
        "attr.price": None,
        "attr.made": None,
    }
    assert items[1]["attr.made"] == 7
    users = pq.read_table(report.folder / "users.parquet").to_pylist()
    assert users == [{"user_id": "alice", "attr.country": "DE"}]


async def test_a_merged_visitor_counts_as_the_user(filled):
    await filled.profiles.merge("v1", "bob")
    report = await write_snapshot(filled)
    users = pq.read_table(report.folder / "events.parquet")["user_id"].to_pylist()
    assert users == ["alice", "alice", "bob", "bob", "alice"]


async def test_an_unmerged_visitor_keeps_its_key(filled):
    report = await write_snapshot(filled)
    assert pq.read_table(report.folder / "events.parquet")["user_id"][2].as_py() == "visitor:v1"


async def test_an_erased_user_is_absent(filled):
    await filled.log.erase("alice", erase_ms=10_000)
    await filled.profiles.erase("alice")
    report = await write_snapshot(filled)
    users = pq.read_table(report.folder / "events.parquet")["user_id"].to_pylist()
    assert users == ["visitor:v1", "bob"]
    assert report.users == 0


async def test_a_snapshot_ends_at_its_watermark(filled, tmp_path):
    report = await write_snapshot(filled, folder=tmp_path / "part", until=2)
    assert (report.watermark, report.event_rows) == (2, 3)


async def test_training_reads_what_was_written(filled):
    report = await write_snapshot(filled)
    snapshot = read_snapshot(report.folder)
    assert snapshot.has_impressions
    assert snapshot.users.ids == ["alice", "visitor:v1", "bob"]
    assert snapshot.items.titles == ["Apple", ""]


async def test_a_second_snapshot_takes_the_place_of_the_first_and_old_ones_go(filled):
    first = await write_snapshot(filled)
    again = await write_snapshot(filled)
    assert again.folder == first.folder
    for number in range(2):
        late = event(f"late{number}", EventType.VIEW, BOB, EventItem(item_id="a"))
        await filled.log.append([late])
        await write_snapshot(filled)
    names = sorted(path.name for path in filled.paths.snapshots.iterdir())
    assert names == ["000000000005", "000000000006"]


async def test_an_empty_log_gives_an_empty_snapshot(stores):
    report = await write_snapshot(stores)
    assert (report.event_rows, report.watermark, report.data_time_ms) == (0, 0, 0)
    schema = orjson.loads((report.folder / "schema.json").read_bytes())
    assert schema["impressions"] is False
