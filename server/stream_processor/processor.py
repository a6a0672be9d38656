"""Turns the event log into user states and item signals, in this process."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Final

from server.catalog.ports import Catalog
from server.core.clock import DataClock
from server.core.errors import ServerError
from server.core.subject import Subject
from server.core.user_state import NO_BEHAVIOUR
from server.events.ports import EventLog
from server.events.user_event import LoggedEvent
from server.features import signal_checkpoint
from server.features.item_signals import WindowedItemSignals
from server.features.ports import OnlineStore
from server.features.user_state_codec import StoredState
from server.features.user_states import CachedUserStates
from server.profiles.ports import ProfileStore
from server.stream_processor.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from server.stream_processor.event_columns import EventColumns
from server.stream_processor.settings import StreamProcessorSettings
from server.stream_processor.user_state_update import apply_engagements

log = logging.getLogger(__name__)

# Between these many the event loop gets its turn: live events, replayed events once requests are
# served, and subjects of a replay.
EVENTS_AT_ONCE: Final = 100
LIVE_CHUNK: Final = 1_000
SUBJECTS_AT_ONCE: Final = 50


class StreamProcessor:
    """Applies every event once, in log order; what it computes survives restarts.

    `open` replays what came after the last checkpoint, or the whole log if there is none.
    """

    def __init__(
        self,
        *,
        events: EventLog,
        catalog: Catalog,
        profiles: ProfileStore,
        store: OnlineStore,
        states: CachedUserStates,
        signals: WindowedItemSignals,
        clock: DataClock,
        settings: StreamProcessorSettings | None = None,
    ) -> None:
        self._events = events
        self._catalog = catalog
        self._profiles = profiles
        self._store = store
        self._states = states
        self._signals = signals
        self._clock = clock
        self._settings = settings or StreamProcessorSettings()
        self._generation = 0
        self._offset = 0
        self._signals_offset = 0
        self._saved_offset = 0
        self._on_progress: Callable[[int], None] = lambda _: None
        self._waiting: list[LoggedEvent] = []
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self.replayed_count = 0

    @property
    def offset(self) -> int:
        """Offset of the last event applied."""
        return self._offset

    async def open(self, on_progress: Callable[[int], None] | None = None) -> None:
        """Catch up with the log and begin to save in the background.

        Args:
            on_progress: called now and then with the number of events replayed.
        """
        self._on_progress = on_progress or (lambda _: None)
        await self._restore()
        async with self._lock:
            last_offset = await self._events.last_offset()
            await self._replay_until(last_offset, self._settings.replay_chunk)
            await self._save()
        self._signals.refresh(self._clock.now_ms())
        self._task = asyncio.get_running_loop().create_task(self._save_regularly())

    async def close(self) -> None:
        """Apply what waits and save."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        try:
            await self.apply([])
            await self.checkpoint()
        except ServerError:
            # The next start replays the log from the checkpoint before.
            log.warning("states could not be saved at shutdown", exc_info=True)

    async def apply(self, events: Sequence[LoggedEvent]) -> None:
        """Apply new records of the log, and any before them that were appended otherwise.

        Raises:
            UnavailableError: states cannot be read; the events are kept and applied by the next
                call.
        """
        self._waiting.extend(events)
        async with self._lock:
            # Whoever gets the lock first applies what all others brought.
            while some := self._next_waiting():
                if some[0].offset == self._offset + 1:
                    await self._apply(some)
                else:
                    await self._replay_until(some[0].offset - 1, LIVE_CHUNK)
                await asyncio.sleep(0)

    async def catch_up(self) -> None:
        """Apply every record that the log holds, after appends that did not come through `apply`.

        Raises:
            UnavailableError: the log or the states cannot be read.
        """
        last_offset = await self._events.last_offset()
        while self._offset < last_offset:
            async with self._lock:
                await self._replay_until(min(self._offset + LIVE_CHUNK, last_offset), LIVE_CHUNK)
            await asyncio.sleep(0)

    async def checkpoint(self) -> None:
        """Save what changed since the last checkpoint.

        Raises:
            StorageFullError, UnavailableError: nothing is lost; the log has it.
        """
        async with self._lock:
            await self._save()

    async def merge_visitor(self, visitor_id: str, user_id: str) -> int:
        """Add a merged visitor's events to the user's state; return how many there are."""
        visitor_key = Subject(visitor_id, is_visitor=True).key
        async with self._lock:
            count = await self._rebuild(Subject(user_id).key, visitor_key)
            await self._states.forget(visitor_key)
        return count

    async def forget(self, subject_key: str) -> int:
        """Remove a subject's state; return how many there were.

        What the subject did stays in the items' anonymous counts until they are rebuilt.
        """
        async with self._lock:
            return await self._states.forget(subject_key)

    def _next_waiting(self) -> list[LoggedEvent]:
        """Return the next events to apply, without a gap between their offsets."""
        waiting = sorted(self._waiting, key=lambda each: each.offset)
        # A replay of the log may have met them already.
        self._waiting = [each for each in waiting if each.offset > self._offset]
        first = self._waiting[0].offset if self._waiting else 0
        places = enumerate(self._waiting[:EVENTS_AT_ONCE], first)
        return [each for offset, each in places if each.offset == offset]

    async def _apply(self, events: Sequence[LoggedEvent]) -> None:
        """Apply events that no state has seen; nothing is changed if states cannot be read."""
        columns = EventColumns.of(events, self._catalog.columns(), self._states.key_of)
        await self._states.load(columns.keys)
        self._advance(events)
        for key, (entries, offsets) in columns.by_subject():
            state = apply_engagements(self._states.current(key).state, entries)
            self._states.put(key, StoredState(state, int(offsets[-1])))
        self._signals.apply(columns.entries, self._clock.now_ms())
        self._signals_offset = self._offset

    def _advance(self, events: Sequence[LoggedEvent]) -> None:
        if events:
            self._clock.observe(max(logged.event.time_ms for logged in events))
            self._offset = max(self._offset, events[-1].offset)

    async def _restore(self) -> None:
        """Begin at the last checkpoint, or anew if it or the log is another one."""
        found = await read_checkpoint(self._store)
        last_offset = await self._events.last_offset()
        if found is not None and found.offset <= last_offset:
            self._states.begin(found.generation)
            signals_offset = await signal_checkpoint.restore(
                self._signals, self._store, found.generation
            )
            if signals_offset is not None and signals_offset <= last_offset:
                self._generation = found.generation
                self._offset = self._saved_offset = found.offset
                self._signals_offset = signals_offset
                self._clock.observe(found.data_ms)
                return
        self._generation = secrets.randbits(32)
        self._states.begin(self._generation)
        self._signals.clear()

    async def _replay_until(self, last_offset: int, chunk_size: int) -> None:
        """Replay the log in pieces; erased records leave gaps."""
        records = self._events.scan(self._offset)
        wanted = itertools.takewhile(lambda each: each.offset <= last_offset, records)
        while chunk := await asyncio.to_thread(lambda: list(itertools.islice(wanted, chunk_size))):
            await self._replay(chunk)
            self.replayed_count += len(chunk)
            self._on_progress(self.replayed_count)
            if chunk_size > LIVE_CHUNK:
                await self._save()
        self._offset = max(self._offset, last_offset)

    async def _replay(self, events: Sequence[LoggedEvent]) -> None:
        """Apply events, but not where they have been applied before."""
        columns = EventColumns.of(events, self._catalog.columns(), self._states.key_of)
        await self._states.load(columns.keys)
        self._advance(events)
        subjects_at_once = SUBJECTS_AT_ONCE if len(events) <= LIVE_CHUNK else 100 * SUBJECTS_AT_ONCE
        for number, (key, (entries, offsets)) in enumerate(columns.by_subject(), 1):
            stored = self._states.current(key)
            is_new = offsets > stored.offset
            if is_new.any():
                state = apply_engagements(stored.state, entries.take(is_new))
                self._states.put(key, StoredState(state, int(offsets[-1])))
            if number % subjects_at_once == 0:
                await asyncio.sleep(0)
        self._signals.apply(columns.after(self._signals_offset), self._clock.now_ms())
        self._signals_offset = max(self._signals_offset, self._offset)

    async def _rebuild(self, key: str, visitor_key: str) -> int:
        """Compute a user's state from the log, with all merged visitors; count one visitor's."""
        visitors = self._profiles.visitors_of(Subject.from_key(key).id)
        keys = {key, visitor_key, *(Subject(each, is_visitor=True).key for each in visitors)}

        def read() -> list[LoggedEvent]:
            events = [each for one in keys for each in self._events.scan_subject(one)]
            return sorted(events, key=lambda each: each.offset)

        events = await asyncio.to_thread(read)
        # Events that are durable but wait to be applied come later, with the lock.
        applied = [each for each in events if each.offset <= self._offset]
        columns = EventColumns.of(applied, self._catalog.columns(), lambda _: key)
        state = apply_engagements(NO_BEHAVIOUR, columns.entries)
        self._states.put(key, StoredState(state, self._offset))
        return sum(each.event.subject.key == visitor_key for each in events)

    async def _save(self) -> None:
        if self._offset == self._saved_offset and not self._states.changed_count:
            return
        offset, data_ms = self._offset, self._clock.now_ms()
        await self._states.save()
        changes = self._signals.take_changes()
        try:
            values = await asyncio.to_thread(
                signal_checkpoint.encode_changes,
                self._signals,
                changes,
                generation=self._generation,
                offset=self._signals_offset,
            )
            await self._store.write(signal_checkpoint.VIEW, values)
        except BaseException:
            self._signals.put_back(changes)
            raise
        await write_checkpoint(self._store, Checkpoint(self._generation, offset, data_ms))
        self._saved_offset = offset

    async def _save_regularly(self) -> None:
        pause_s = self._settings.checkpoint_interval_s
        is_failing = False
        while True:
            await asyncio.sleep(pause_s)
            started_s = time.monotonic()
            try:
                await self.apply([])
                await self.checkpoint()
                self._signals.refresh(self._clock.now_ms())
                is_failing = False
            except ServerError:
                # The log has everything; only the next start would take longer.
                if not is_failing:
                    log.warning("states cannot be saved yet", exc_info=True)
                is_failing = True
            cost_s = time.monotonic() - started_s
            pause_s = max(
                self._settings.checkpoint_interval_s, cost_s / self._settings.checkpoint_share
            )
