"""A small snapshot with known tastes, and quiet imports of the training stack."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

with warnings.catch_warnings():
    # fbgemm and torchrec warn about their own deprecations while they are imported.
    warnings.simplefilter("ignore")
    import torchrec  # noqa: F401

GENRES = ("jazz", "rock", "folk", "metal")
WORDS = {
    "jazz": ("blue", "night"),
    "rock": ("loud", "road"),
    "folk": ("river", "home"),
    "metal": ("iron", "dark"),
}
START_MS = 1_700_000_000_000
EVENT_COLUMNS = {
    "user_id": pa.string(),
    "type": pa.string(),
    "item_id": pa.string(),
    "event_time_ms": pa.int64(),
    "signal": pa.int8(),
    "context.platform": pa.string(),
}
Row = tuple[str, str, str, int, int, str | None]


def write_snapshot(
    folder: Path, rows: list[Row], *, items: int = 60, users: int = 40, impressions: bool
) -> Path:
    """Write a snapshot whose items cycle through the genres."""
    folder.mkdir(parents=True, exist_ok=True)
    genres = [GENRES[i % 4] for i in range(items)]
    pq.write_table(
        pa.table(
            {
                "item_id": [f"i{i}" for i in range(items)],
                "title": [f"{WORDS[g][i % 2]} song {i}" for i, g in enumerate(genres)],
                "create_time_ms": pa.array(
                    [None if i % 9 == 0 else START_MS - i * 86_400_000 for i in range(items)],
                    pa.int64(),
                ),
                "attr.genres": pa.array(
                    [[g, "extra"] if i % 7 == 0 else [g] for i, g in enumerate(genres)],
                    pa.list_(pa.string()),
                ),
                "attr.maker": [None if i % 11 == 0 else f"m{i % 6}" for i in range(items)],
                "attr.price": pa.array(
                    [None if i % 13 == 0 else float(i) for i in range(items)], pa.float64()
                ),
            }
        ),
        folder / "items.parquet",
    )
    pq.write_table(
        pa.table(
            {
                "user_id": [f"u{u}" for u in range(users)],
                "attr.country": [None if u % 5 == 0 else ("DE", "FR")[u % 2] for u in range(users)],
            }
        ),
        folder / "users.parquet",
    )
    columns = list(zip(*rows, strict=True)) if rows else [[] for _ in EVENT_COLUMNS]
    pq.write_table(
        pa.table(
            {
                name: pa.array(list(values), kind)
                for (name, kind), values in zip(EVENT_COLUMNS.items(), columns, strict=True)
            }
        ),
        folder / "events.parquet",
    )
    schema = {
        "format": 1,
        "catalog": "test",
        "log_watermark": len(rows),
        "data_time_ms": max((row[3] for row in rows), default=START_MS),
        "item_attributes": [
            {"name": "genres", "type": "strings", "filterable": True, "feature": True},
            {"name": "maker", "type": "string", "filterable": True, "feature": True},
            {"name": "price", "type": "number", "filterable": True, "feature": True},
        ],
        "user_attributes": [{"name": "country", "type": "string"}],
        "context_attributes": ["platform"],
        "impressions": impressions,
    }
    (folder / "schema.json").write_text(json.dumps(schema), encoding="utf-8")
    return folder


def taste_rows(*, impressions: bool, seed: int = 0, sessions: int = 400) -> list[Row]:
    """User u likes the genre u % 4: clicks follow taste, a third of them are purchases."""
    generator = np.random.default_rng(seed)
    rows: list[Row] = []
    time_ms = START_MS
    for _ in range(sessions):
        user = int(generator.integers(40))
        time_ms += int(generator.integers(60_000, 6_000_000))
        platform = ("ios", "web")[int(generator.integers(2))]
        for item in generator.choice(60, size=6, replace=False).tolist():
            liked = generator.random() < (0.8 if item % 4 == user % 4 else 0.05)
            if impressions:
                rows.append((f"u{user}", "impression", f"i{item}", time_ms, 0, platform))
            if liked:
                rows.append((f"u{user}", "click", f"i{item}", time_ms + 1000, 1, platform))
                if generator.random() < 0.3:
                    rows.append((f"u{user}", "purchase", f"i{item}", time_ms + 9000, 1, platform))
    return rows


@pytest.fixture
def snapshot_folder(tmp_path: Path) -> Path:
    """A snapshot with impressions."""
    return write_snapshot(tmp_path / "snapshot", taste_rows(impressions=True), impressions=True)
