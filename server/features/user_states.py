"""User states in memory over the online store."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from server.core.subject import VISITOR_PREFIX, Subject
from server.core.user_state import NO_BEHAVIOUR, UserState
from server.features.ports import OnlineStore
from server.features.user_state_codec import StoredState, decode, encode

VIEW: Final = "user_state"
NOTHING: Final = StoredState(NO_BEHAVIOUR, 0)
# Between these the event loop gets its turn.
ENCODED_AT_ONCE: Final = 100


class CachedUserStates:
    """`UserStates`: the most recently used in memory, the others read when asked for.

    A visitor that was merged into a user has the user's state. States that changed stay in memory
    until `save` has written them.
    """

    def __init__(
        self,
        store: OnlineStore,
        owner_of: Callable[[str], str | None],
        *,
        capacity: int = 50_000,
    ) -> None:
        """`owner_of` returns the user id that a visitor id was merged into."""
        self._store = store
        self._owner_of = owner_of
        self._capacity = capacity
        self._generation = 0
        self._clean: OrderedDict[str, StoredState] = OrderedDict()
        self._changed: dict[str, StoredState] = {}
        self._saving: Mapping[str, StoredState] = {}
        self._forgotten_count = 0

    @property
    def changed_count(self) -> int:
        """How many states `save` would write."""
        return len(self._changed)

    def key_of(self, subject_key: str) -> str:
        """Return the key of the state that a subject has: its owner's, if it was merged."""
        if subject_key.startswith(VISITOR_PREFIX):
            owner = self._owner_of(subject_key.removeprefix(VISITOR_PREFIX))
            if owner is not None:
                return Subject(owner).key
        return subject_key

    async def get(self, subject_key: str) -> UserState:
        key = self.key_of(subject_key)
        known = self._known(key)
        if known is None:
            await self.load([key])
            known = self._known(key) or NOTHING
        return known.state

    async def load(self, keys: Iterable[str]) -> None:
        """Bring states into memory, for `current`; one read for all that are missing.

        Raises:
            UnavailableError: the store did not answer.
        """
        missing = [key for key in keys if self._known(key) is None]
        if not missing:
            return
        before = (self._generation, self._forgotten_count)
        found = await self._store.read(VIEW, missing)
        if before != (self._generation, self._forgotten_count):
            # What was read may have been erased meanwhile.
            await self.load(missing)
            return
        for key, data in zip(missing, found, strict=True):
            if self._known(key) is None:
                stored = None if data is None else decode(data, self._generation)
                self._clean[key] = stored or NOTHING
        self._evict(keep=len(missing))

    def current(self, key: str) -> StoredState:
        """Return a state that `load` brought in."""
        return self._known(key) or NOTHING

    def put(self, key: str, stored: StoredState) -> None:
        """Replace a state; it is written by the next `save`."""
        self._clean.pop(key, None)
        self._changed[key] = stored

    async def save(self) -> None:
        """Write the states that changed; concurrent calls are not allowed.

        Raises:
            StorageFullError, UnavailableError: they are still to be written.
        """
        if not self._changed:
            return
        self._saving, self._changed = self._changed, {}
        generation = self._generation
        try:
            values: dict[str, bytes] = {}
            for key, stored in self._saving.items():
                values[key] = encode(stored, generation)
                if len(values) % ENCODED_AT_ONCE == 0:
                    await asyncio.sleep(0)
            await self._store.write(VIEW, {key: values[key] for key in self._saving})
        except BaseException:
            self._changed = {**self._saving, **self._changed}
            self._saving = {}
            raise
        for key, stored in self._saving.items():
            if key not in self._changed:
                self._clean[key] = stored
        self._saving = {}
        self._evict()

    async def forget(self, subject_key: str) -> int:
        """Remove a subject's state everywhere; return how many there were (0 or 1)."""
        self._forgotten_count += 1
        is_unsaved = subject_key in self._changed or subject_key in self._saving
        self._changed.pop(subject_key, None)
        self._clean.pop(subject_key, None)
        self._saving = {k: v for k, v in self._saving.items() if k != subject_key}
        erased = await self._store.delete(VIEW, [subject_key])
        self._clean.pop(subject_key, None)
        return max(erased, int(is_unsaved))

    def begin(self, generation: int) -> None:
        """Drop everything from memory; only states of this generation are read from now on."""
        self._generation = generation
        self._clean.clear()
        self._changed.clear()
        self._saving = {}

    def _known(self, key: str) -> StoredState | None:
        changed = self._changed.get(key) or self._saving.get(key)
        if changed is not None:
            return changed
        clean = self._clean.get(key)
        if clean is not None:
            self._clean.move_to_end(key)
        return clean

    def _evict(self, keep: int = 0) -> None:
        while len(self._clean) > max(self._capacity, keep):
            self._clean.popitem(last=False)
