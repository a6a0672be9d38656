"""Kills engines between enqueue and flush, and looks what the server has after the next start."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode

from tests.sdk.tv.engines import Engine, EngineError, browser
from tests.sdk.tv.results import Result
from tests.sdk.tv.servers import FaultServer

COUNT = 7


class Surroundings(Protocol):
    """What these tests need of what runs around the engines."""

    @property
    def screen(self) -> str: ...
    @property
    def pages(self) -> str: ...
    @property
    def edge(self) -> str: ...
    @property
    def faults(self) -> FaultServer: ...
    @property
    def user(self) -> str: ...
    @property
    def item(self) -> str: ...
    @property
    def scratch(self) -> Path: ...


def offline_results(engine: Engine, around: Surroundings, place: str) -> list[Result]:
    """Run the tests in one engine."""
    tests: dict[str, Callable[[Engine, Surroundings], str]] = {
        "a kill before the flush: the next start sends every event once": _killed_before,
        "a kill before the flush: the live server has every event": _killed_before_live,
        "a kill while a batch is in flight: the live server has every event once": _killed_within,
    }
    results = []
    for name, test in tests.items():
        try:
            error = test(engine, around)
        except EngineError as problem:
            error = str(problem)
        results.append(Result(place, "offline_queue", name, error))
    return results


def _killed_before(engine: Engine, around: Surroundings) -> str:
    ids = _enqueue_and_die(
        engine, around, "recorded", f"{around.faults.address}/lost-{engine.chromium}"
    )
    before = len(around.faults.events)
    _start_again(engine, around, "recorded", f"{around.faults.address}/events-{engine.chromium}")
    sent = around.faults.events[before:]
    return "" if sorted(sent) == sorted(ids) else f"sent {sent} instead of {ids}"


def _killed_before_live(engine: Engine, around: Surroundings) -> str:
    down = f"{around.faults.address}/lost-{engine.chromium}"
    ids = _enqueue_and_die(engine, around, "live", down)
    _start_again(engine, around, "live", around.edge)
    return _not_written(around, ids)


def _killed_within(engine: Engine, around: Surroundings) -> str:
    ids = _enqueue_and_die(engine, around, "inflight", around.edge, phase="inflight")
    _start_again(engine, around, "inflight", around.edge)
    return _not_written(around, ids)


def _enqueue_and_die(
    engine: Engine, around: Surroundings, name: str, edge: str, phase: str = "enqueue"
) -> list[str]:
    """Enqueue events and kill the engine as soon as the page says that they are kept."""
    url = _url(around, name, edge, phase)
    with browser(engine, around.screen, url, _profile(engine, around)) as running:
        ids: list[str] = json.loads(running.wait_for("STORED"))
        running.kill()
    return ids


def _start_again(engine: Engine, around: Surroundings, name: str, edge: str) -> None:
    url = _url(around, name, edge, "flush")
    with browser(engine, around.screen, url, _profile(engine, around)) as running:
        flushed = json.loads(running.wait_for("FLUSHED"))
    if flushed != {"error": None, "left": 0}:
        raise EngineError(f"not all was sent: {flushed}")


def _profile(engine: Engine, around: Surroundings) -> Path:
    return around.scratch / f"offline-{engine.chromium}"


def _url(around: Surroundings, name: str, edge: str, phase: str) -> str:
    query = {
        "phase": phase,
        "name": name,
        "count": str(COUNT),
        "edge": edge,
        "user": around.user,
        "item": around.item,
    }
    return f"{around.pages}/pages/offline.html?{urlencode(query)}"


def _not_written(around: Surroundings, ids: list[str]) -> str:
    """Write other events under the same ids: the server refuses those that it has."""
    events = [
        {
            "eventId": each,
            "type": "EVENT_TYPE_HIDE",
            "userId": around.user,
            "items": [{"itemId": "x"}],
        }
        for each in ids
    ]
    request = urllib.request.Request(
        f"{around.edge}/v1/events:batchWrite",
        json.dumps({"events": events}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as reply:
        results = json.load(reply)["results"]
    lacking = [
        result["eventId"] for result in results if "EVENT_ID_CONFLICT" not in json.dumps(result)
    ]
    if len(set(ids)) != COUNT:
        return f"not {COUNT} ids: {ids}"
    return f"the server lacks {lacking}" if lacking else ""
