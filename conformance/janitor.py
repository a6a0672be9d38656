"""Remembers what a run creates on a server, and how it is removed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.case import JSON


@dataclass(frozen=True, slots=True)
class Removal:
    """What removes one thing: a method and its request."""

    name: str
    method: str
    request: Mapping[str, JSON]


class Janitor:
    """Keeps the names of items, surfaces and subjects that cases have written to.

    Only ids of the run's own namespace are touched. What a server offers no way to remove stays:
    declared attributes, and finished operations' records.
    """

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._lock = threading.Lock()
        self._items: set[str] = set()
        self._surfaces: set[str] = set()
        self._users: set[str] = set()
        self._visitors: set[str] = set()

    def note(self, method: str, request: JSON) -> None:
        """Note what a request is about to write."""
        for body in request if isinstance(request, list) else [request]:
            if isinstance(body, dict):
                with self._lock:
                    self._note(method, body)

    def _note(self, method: str, body: Mapping[str, JSON]) -> None:
        match method:
            case "CreateItem" | "UpdateItem":
                name = str((body.get("item") or {}).get("name", ""))
                self._own(self._items, name or f"items/{body.get('item_id', '')}")
            case "BatchUpsertItems":
                for item in body.get("items", ()):
                    self._own(self._items, str(item.get("name", "")))
            case "CreateServingConfig" | "UpdateServingConfig":
                config = body.get("serving_config") or {}
                name = config.get("name") or f"servingConfigs/{body.get('serving_config_id', '')}"
                self._own(self._surfaces, str(name))
            case "UpdateUser":
                self._own(self._users, str((body.get("user") or {}).get("name", "")))
            case "MergeUsers":
                self._own(self._users, str(body.get("user", "")))
            case "WriteEvent" | "BatchWriteEvents" | "StreamEvents":
                for event in (*body.get("events", ()), body.get("event") or {}):
                    self._own(self._users, f"users/{event.get('user_id', '')}")
                    self._own(self._visitors, str(event.get("visitor_id", "")))

    def _own(self, kept: set[str], name: str) -> None:
        if self._prefix and name.rpartition("/")[2].startswith(self._prefix):
            kept.add(name)

    def removals(self) -> Iterator[Removal]:
        """Yield what removes everything, in the order in which it has to be done."""
        for name in sorted(self._surfaces):
            yield Removal(name, "DeleteServingConfig", {"name": name, "allow_missing": True})
        for name in sorted(self._items):
            yield Removal(name, "DeleteItem", {"name": name, "allow_missing": True})
        # A visitor is erased with the user that it becomes.
        owner = f"users/{self._prefix}-visitors"
        for visitor in sorted(self._visitors):
            yield Removal(visitor, "MergeUsers", {"user": owner, "visitor_id": visitor})
        for name in sorted({*self._users, owner} if self._visitors else self._users):
            yield Removal(name, "EraseUser", {"name": name})
