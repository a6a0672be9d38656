"""The people that the web page is told of."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sdk.examples.web.people import main


def _snapshot(data_dir: Path, rows: list[tuple[str, str, str, int]]) -> None:
    folder = data_dir / "snapshots" / "1"
    folder.mkdir(parents=True)
    names = ("user_id", "item_id", "type", "event_time_ms")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), folder / "events.parquet")


def test_people_come_with_their_latest_deeds_the_most_active_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _snapshot(
        tmp_path,
        [
            ("a", "i1", "click", 1_000),
            ("b", "i1", "click", 2_000),
            ("b", "i2", "like", 3_500),
            ("b", "i3", "impression", 4_000),
            ("visitor:v", "i1", "click", 5_000),
        ],
    )
    assert main([str(tmp_path)]) == 0
    people = json.loads(capsys.readouterr().out)["people"]
    assert [person["id"] for person in people] == ["b", "a"]
    assert people[0]["history"] == [
        {"itemId": "i2", "type": "like", "time": "1970-01-01T00:00:03.500000Z"},
        {"itemId": "i1", "type": "click", "time": "1970-01-01T00:00:02Z"},
    ]


def test_without_a_snapshot_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 1
    assert "no snapshot" in capsys.readouterr().err
