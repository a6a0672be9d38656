"""Keeps replies of methods whose policy allows it; off unless given to the client."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from .clock import Clock, SystemClock
from .method import CachePolicy

MAX_ENTRIES = 100


@dataclass(frozen=True)
class Kept:
    """A kept reply; `is_fresh` tells whether it may stand for a new one."""

    body: bytes
    is_fresh: bool


class ReplyCache:
    """The newest replies, those used longest ago dropped first.

    A reply is fresh for its method's `max_age`, and stands in, marked as stale, for
    `stale_if_error` more while the server can't be reached. Replies are kept as bytes: callers may
    change theirs.
    """

    def __init__(self, max_entries: int = MAX_ENTRIES, *, clock: Clock | None = None) -> None:
        self._max_entries = max_entries
        self._clock = clock or SystemClock()
        self._entries: OrderedDict[tuple[str, bytes], tuple[float, bytes]] = OrderedDict()

    def get(self, path: str, request: bytes, policy: CachePolicy) -> Kept | None:
        """Return a reply that is fresh, or at least not too stale to stand in."""
        found = self._entries.get((path, request))
        if found is None:
            return None
        kept_at, body = found
        age_s = self._clock.monotonic() - kept_at
        if age_s > policy.max_age_s + policy.stale_if_error_s:
            del self._entries[path, request]
            return None
        self._entries.move_to_end((path, request))
        return Kept(body, age_s <= policy.max_age_s)

    def put(self, path: str, request: bytes, body: bytes) -> None:
        """Keep a reply."""
        self._entries[path, request] = (self._clock.monotonic(), body)
        self._entries.move_to_end((path, request))
        while len(self._entries) > self._max_entries:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget everything; to be called when another user signs in."""
        self._entries.clear()
