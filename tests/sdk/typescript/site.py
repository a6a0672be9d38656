"""Whom the web page shows when it is tested: users of the simulated shop, with what they did."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from tests.e2e.harness.world import World, make_world

PEOPLE, DEEDS = 60, 12


def people() -> dict[str, Any]:
    """Return the content of the page's `site.json`."""
    world = make_world()
    return {"people": [_person(world, user) for user in world.users[:PEOPLE]]}


def _person(world: World, user: str) -> dict[str, Any]:
    mine = [each for each in world.events if each.user_id == user and each.type != "impression"]
    liked = Counter(world.item(each.item_id).category for each in mine)
    history = [
        {"itemId": each.item_id, "type": each.type, "time": _rfc3339(each.time_ms)}
        for each in reversed(mine[-DEEDS:])
    ]
    return {
        "id": user,
        "label": " and ".join(c for c, _ in liked.most_common(2)),
        "history": history,
    }


def _rfc3339(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
