"""The profiles that were read last, in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

from server.profiles.ports import Profile

CAPACITY_BYTES: Final = 32 * 1024 * 1024
# What an entry takes beside the profile's own text.
_ENTRY_BYTES: Final = 512


class StoredProfile(NamedTuple):
    """What the store has of a user, None for nothing, and how long its text is."""

    profile: Profile | None
    size: int


class RecentProfiles:
    """Kept until they change or others need the room. All calls come from one thread.

    A read that a write overtakes may bring what is no longer true, so `keep` wants to know what
    `revision` was when the read began.
    """

    def __init__(self, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity_bytes = capacity_bytes
        self._kept: OrderedDict[str, StoredProfile] = OrderedDict()
        self._bytes = 0
        self.revision = 0

    def find(self, user_id: str) -> StoredProfile | None:
        """Return what is kept of a user, None if that is nothing."""
        found = self._kept.get(user_id)
        if found is not None:
            self._kept.move_to_end(user_id)
        return found

    def keep(self, user_id: str, stored: StoredProfile, revision: int) -> None:
        """Keep what was read, unless something changed since `revision`."""
        if revision != self.revision:
            return
        self._drop(user_id)
        self._kept[user_id] = stored
        self._bytes += stored.size + _ENTRY_BYTES
        while self._bytes > self._capacity_bytes:
            self._drop(next(iter(self._kept)))

    def forget(self, user_ids: Iterable[str]) -> None:
        """Drop what has changed."""
        self.revision += 1
        for user_id in user_ids:
            self._drop(user_id)

    def _drop(self, user_id: str) -> None:
        dropped = self._kept.pop(user_id, None)
        if dropped is not None:
            self._bytes -= dropped.size + _ENTRY_BYTES
