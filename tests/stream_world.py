"""A stream processor over embedded stores that can be stopped, killed and started again."""

from __future__ import annotations

import dataclasses

import numpy as np

from server.catalog.adapters.embedded_catalog import EmbeddedCatalog
from server.catalog.item import Item
from server.core.clock import DataClock
from server.core.event_type import EventType
from server.core.user_state import UserState
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.features.adapters.embedded_online import EmbeddedOnlineStore
from server.features.item_signals import WindowedItemSignals
from server.features.user_states import CachedUserStates
from server.profiles.adapters.embedded_profiles import EmbeddedProfiles
from server.stream_processor.ingest import EventIngest
from server.stream_processor.processor import StreamProcessor
from server.stream_processor.settings import StreamProcessorSettings
from tests.event_factory import SetClock

ITEMS = [f"i{number}" for number in range(20)]


class World:
    """Everything that events change."""

    def __init__(self, folder):
        self.folder, self.clock = folder, SetClock()

    async def start(self, on_progress=None, **settings) -> World:
        self.events = EmbeddedEventLog(self.folder / "events.db", self.clock)
        self.catalog = EmbeddedCatalog(self.folder / "catalog.db", self.clock)
        self.profiles = EmbeddedProfiles(self.folder / "profiles.db", self.clock)
        self.store = EmbeddedOnlineStore(self.folder / "online.db", self.clock)
        self.states = CachedUserStates(self.store, self.profiles.owner_of, capacity=10)
        self.signals = WindowedItemSignals()
        self.data_clock = DataClock(self.clock)
        self.processor = StreamProcessor(
            events=self.events,
            catalog=self.catalog,
            profiles=self.profiles,
            store=self.store,
            states=self.states,
            signals=self.signals,
            clock=self.data_clock,
            settings=StreamProcessorSettings(**{"checkpoint_interval_s": 3600, **settings}),
        )
        self.ingest = EventIngest(self.events, self.processor)
        if not self.catalog.columns().size:
            await self.catalog.upsert([Item(item_id=each) for each in ITEMS])
        await self.processor.open(on_progress)
        return self

    async def stop(self, *, save: bool = True) -> None:
        """Stop; without `save` as after a crash, when nothing since the checkpoint was written."""
        await self.ingest.close()
        if save:
            await self.processor.close()
        elif self.processor._task is not None:
            self.processor._task.cancel()
        for each in (self.store, self.profiles, self.catalog, self.events):
            await each.close()

    async def restart(self, *, save: bool = True, **settings) -> World:
        await self.stop(save=save)
        return await self.start(**settings)

    async def state(self, subject_key: str) -> dict[str, object]:
        return described(await self.states.get(subject_key))

    def counts(self) -> dict[str, list[float]]:
        now_ms = self.data_clock.now_ms()
        arrays = {
            "popularity": self.signals.popularity(),
            "recent": self.signals.recent(now_ms),
            "trending": self.signals.trending(now_ms).rows,
        }
        for each in EventType:
            arrays[f"events {each.name}"] = self.signals.event_counts(each)
            arrays[f"since {each.name}"] = self.signals.counts_since_impression(each)
        return {name: np.trim_zeros(array, "b").tolist() for name, array in arrays.items()}


def described(state: UserState) -> dict[str, object]:
    values = {field.name: getattr(state, field.name) for field in dataclasses.fields(state)}
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in values.items()
    }
