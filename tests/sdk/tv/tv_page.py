"""Drives the TV page of sdk/examples/tv by its keys, and keeps what it looks like."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

from tests.sdk.tv.engines import Engine, EngineError, browser
from tests.sdk.tv.offline import Surroundings
from tests.sdk.tv.results import Result

ROOT = Path(__file__).resolve().parents[3]
SHOTS = ROOT / "build" / "tv-page"
# What has the focus, and what is on the screen.
STATE = """run console.log('STATE ' + JSON.stringify({
  rows: document.querySelectorAll('.row').length,
  cards: document.querySelectorAll('.row:first-child .card').length,
  first: (document.querySelector('.row:first-child .name') || {}).textContent,
  focused: [].map.call(document.querySelectorAll('.card.focused .name'), function (each) {
    return each.textContent;
  }),
  title: document.getElementById('hero-title').textContent,
  isOpen: document.getElementById('detail').className === 'open',
  actions: document.querySelectorAll('.action').length,
  notice: document.getElementById('notice').textContent
}))""".replace("\n", " ")
LOADED_MS, MOVED_MS = 3000, 500


def page_results(engine: Engine, around: Surroundings, pages: str) -> list[Result]:
    """Walk through the page with the arrow keys, OK and back."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    try:
        error = _fault(_walk(engine, around, pages))
    except EngineError as problem:
        error = str(problem)
    name = "the TV page is driven by arrow keys, OK and back"
    return [Result(f"Chromium {engine.chromium}", "recommend", name, error)]


def _walk(engine: Engine, around: Surroundings, pages: str) -> list[dict[str, object]]:
    shot = SHOTS / f"chromium-{engine.chromium}"
    steps = [f"wait {LOADED_MS}", STATE]
    steps += [*_press("Right", "Right"), STATE, f"shot {shot}-rows.png"]
    steps += [*_press("Return"), STATE, f"shot {shot}-item.png"]
    steps += [*_press("Escape", "Down"), STATE]
    steps += [*_press("Up", "Left", "Return", "Down", "Down", "Return"), STATE]
    script = around.scratch / f"page-{engine.chromium}.txt"
    script.write_text("\n".join(steps))
    query = urlencode({"edge": around.edge, "user": around.user})
    url = f"{pages}/examples/tv/index.html?{query}"
    profile = around.scratch / f"page-{engine.chromium}"
    options = ("--script", str(script))
    with browser(engine, around.screen, url, profile, *options) as running:
        return [json.loads(running.wait_for("STATE")) for _ in range(steps.count(STATE))]


def _press(*keys: str) -> list[str]:
    return [step for key in keys for step in (f"key {key}", f"wait {MOVED_MS}")]


def _fault(states: list[dict[str, object]]) -> str:
    """Return what is not as it should be, with all states; empty if everything is."""
    start, moved, opened, below, hidden = states
    expected = {
        "three rows": start["rows"] == 3,
        "one focus, described above": all(
            each["focused"] == [each["title"]] for each in (start, moved, below)
        ),
        "the focus moves across": start["title"] != moved["title"],
        "cards are fetched ahead": start["cards"] == 12,
        "OK opens the item": opened["isOpen"] and opened["actions"] == 3,
        "back closes it": not below["isOpen"],
        "the focus moves down": below["title"] != moved["title"],
        "a hidden item leaves the row": "t come again" in str(hidden["notice"]),
    }
    wrong = [name for name, holds in expected.items() if not holds]
    return f"not so: {', '.join(wrong)}; {states}" if wrong else ""
