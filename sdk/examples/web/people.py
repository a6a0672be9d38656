"""Names the people of a deployment for the page: `python -m sdk.examples.web.people DATA_DIR > F`.

Reads the newest training snapshot in a server's data directory (`shortlist snapshot` makes one) and
prints what `build` takes with `--people`: those who did most, each with their latest deeds. Meant
for demos: whoever opens the page sees these histories.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

PEOPLE, DEEDS = 200, 12
_COLUMNS = ["user_id", "item_id", "type", "event_time_ms"]
_VISITOR = "visitor:"


def people_of(snapshot: Path) -> dict[str, Any]:
    """Return the people of a snapshot, most active first; ties in the order of their ids.

    Impressions don't count as deeds, nor visitors as people.
    """
    deeds: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for row in pq.read_table(snapshot / "events.parquet", columns=_COLUMNS).to_pylist():
        if row["type"] != "impression" and not row["user_id"].startswith(_VISITOR):
            deeds[row["user_id"]].append((row["event_time_ms"], row["item_id"], row["type"]))
    ranked = Counter({user: len(all_) for user, all_ in sorted(deeds.items())})
    return {"people": [_person(user, deeds[user]) for user, _ in ranked.most_common(PEOPLE)]}


def _person(user: str, deeds: list[tuple[int, str, str]]) -> dict[str, Any]:
    history = [
        {"itemId": item, "type": kind, "time": _rfc3339(time_ms)}
        for time_ms, item, kind in sorted(deeds, reverse=True)[:DEEDS]
    ]
    return {"id": user, "label": f"{len(deeds):,} events", "history": history}


def _rfc3339(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def main(argv: list[str] | None = None) -> int:
    """Print the people; return 1 if there is no snapshot."""
    parser = argparse.ArgumentParser(prog="sdk.examples.web.people", description=__doc__)
    parser.add_argument("data_dir", type=Path)
    options = parser.parse_args(argv)
    snapshots = sorted((options.data_dir / "snapshots").glob("*/events.parquet"))
    if not snapshots:
        print(f"people: no snapshot in {options.data_dir}: run shortlist snapshot", file=sys.stderr)
        return 1
    print(json.dumps(people_of(snapshots[-1].parent)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
