"""Reading a training snapshot."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tests.unit.models.conftest import START_MS, write_snapshot
from torchrec_models.data.snapshot import read_snapshot
from torchrec_models.errors import SnapshotError


def test_columns_are_read_with_their_missing_values(snapshot_folder: Path):
    snapshot = read_snapshot(snapshot_folder)
    assert snapshot.items.ids[:2] == ["i0", "i1"]
    assert snapshot.items.attributes["genres"].strings[0] == ("jazz", "extra")
    assert snapshot.items.attributes["maker"].strings[0] == ()
    assert math.isnan(snapshot.items.attributes["price"].number_N[0])
    assert math.isnan(snapshot.items.create_time_ms[0])
    assert snapshot.users.attributes["country"].strings[1] == ("FR",)


def test_events_are_sorted_by_time_and_ties_keep_the_log_order(tmp_path: Path):
    rows = [
        ("u1", "click", "i1", START_MS + 5, 1, None),
        ("u1", "impression", "i1", START_MS, 0, "ios"),
        ("u1", "click", "i2", START_MS, 1, None),
    ]
    snapshot = read_snapshot(write_snapshot(tmp_path, rows, impressions=True))
    events = snapshot.events
    assert [events.types[t] for t in events.type_E] == ["impression", "click", "click"]
    assert events.item_E.tolist() == [1, 2, 1]
    assert events.context["platform"].code_E.tolist() == [0, -1, -1]


def test_visitors_become_users_and_events_of_unknown_items_are_dropped(tmp_path: Path):
    rows = [
        ("visitor:9", "click", "i1", START_MS, 1, None),
        ("u1", "click", "gone", START_MS, 1, None),
    ]
    snapshot = read_snapshot(write_snapshot(tmp_path, rows, users=3, impressions=False))
    assert snapshot.users.ids == ["u0", "u1", "u2", "visitor:9"]
    assert snapshot.events.user_E.tolist() == [3]
    assert snapshot.dropped_events == 1
    assert snapshot.users.attributes["country"].strings[3] == ()


@pytest.mark.parametrize(
    "name", ["schema.json", "items.parquet", "users.parquet", "events.parquet"]
)
def test_a_missing_file_is_named(snapshot_folder: Path, name: str):
    (snapshot_folder / name).unlink()
    with pytest.raises(SnapshotError, match=name):
        read_snapshot(snapshot_folder)


@pytest.mark.parametrize("name", ["items.parquet", "users.parquet", "events.parquet"])
def test_a_damaged_table_is_named(snapshot_folder: Path, name: str):
    (snapshot_folder / name).write_bytes(b"PAR1 not really")
    with pytest.raises(SnapshotError, match=name):
        read_snapshot(snapshot_folder)


def test_another_format_is_refused(snapshot_folder: Path):
    path = snapshot_folder / "schema.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))
    with pytest.raises(SnapshotError, match="format is 2"):
        read_snapshot(snapshot_folder)


def test_a_missing_column_is_named(snapshot_folder: Path):
    path = snapshot_folder / "schema.json"
    schema = json.loads(path.read_text())
    schema["item_attributes"].append({"name": "colour", "type": "string", "feature": True})
    path.write_text(json.dumps(schema))
    with pytest.raises(SnapshotError, match=r"attr\.colour"):
        read_snapshot(snapshot_folder)


def test_no_events_at_all_is_an_error(tmp_path: Path):
    with pytest.raises(SnapshotError, match="has no rows"):
        read_snapshot(write_snapshot(tmp_path, [], impressions=False))


def test_taking_events_keeps_columns_aligned(snapshot_folder: Path):
    events = read_snapshot(snapshot_folder).events
    rows = np.array([5, 2])
    taken = events.take(rows)
    assert taken.item_E.tolist() == events.item_E[rows].tolist()
    assert taken.context["platform"].code_E.tolist() == (
        events.context["platform"].code_E[rows].tolist()
    )
