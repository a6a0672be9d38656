"""Opens the embedded stores of one data directory, in the order in which they need each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.batch.stores import DataPaths
from server.catalog.adapters.embedded_catalog import EmbeddedCatalog
from server.core.clock import DataClock, WallClock
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.events.adapters.embedded_slate_log import EmbeddedSlateLog
from server.features.adapters.embedded_online import EmbeddedOnlineStore
from server.features.item_signals import WindowedItemSignals
from server.features.user_states import CachedUserStates
from server.profiles.adapters.embedded_profiles import EmbeddedProfiles
from server.settings import Settings
from server.storage.data_directory import DataDirectory
from server.stream_processor.ingest import EventIngest
from server.stream_processor.processor import StreamProcessor


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The stores that hold what cannot be computed again."""

    paths: DataPaths
    clock: WallClock
    log: EmbeddedEventLog
    catalog: EmbeddedCatalog
    profiles: EmbeddedProfiles


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStores:
    """The truth and everything that follows from it."""

    truth: Truth
    slates: EmbeddedSlateLog
    online: EmbeddedOnlineStore
    states: CachedUserStates
    signals: WindowedItemSignals
    data_clock: DataClock
    stream: StreamProcessor
    ingest: EventIngest

    @property
    def paths(self) -> DataPaths:
        return self.truth.paths

    @property
    def log(self) -> EmbeddedEventLog:
        return self.truth.log

    @property
    def catalog(self) -> EmbeddedCatalog:
        return self.truth.catalog

    @property
    def profiles(self) -> EmbeddedProfiles:
        return self.truth.profiles


@asynccontextmanager
async def open_truth(data_dir: Path, *, read_only: bool = False) -> AsyncIterator[Truth]:
    """Open log, catalogue and profiles; read-only leaves the lock to a server that is running.

    Raises:
        ArtifactError, StorageFullError, UnavailableError.
    """
    async with AsyncExitStack() as stack:
        if read_only:
            root = DataDirectory.read(data_dir).root
        else:
            directory = DataDirectory.lock(data_dir)
            stack.callback(directory.release)
            root = directory.root
        clock = WallClock()
        log = await asyncio.to_thread(
            EmbeddedEventLog, root / "events.db", clock, is_read_only=read_only
        )
        stack.push_async_callback(log.close)
        catalog = await asyncio.to_thread(
            EmbeddedCatalog, root / "catalog.db", clock, is_read_only=read_only
        )
        stack.push_async_callback(catalog.close)
        profiles = await asyncio.to_thread(
            EmbeddedProfiles, root / "profiles.db", clock, is_read_only=read_only
        )
        stack.push_async_callback(profiles.close)
        yield Truth(paths=DataPaths(root), clock=clock, log=log, catalog=catalog, profiles=profiles)


@asynccontextmanager
async def open_live(
    settings: Settings, on_replay: Callable[[int], None] | None = None
) -> AsyncIterator[LiveStores]:
    """Open everything, caught up with the log; on the way out what was computed is saved.

    Args:
        on_replay: called now and then with the number of events replayed.

    Raises:
        ArtifactError, StorageFullError, UnavailableError.
    """
    async with open_truth(settings.data_dir) as truth, follow(truth, settings, on_replay) as live:
        yield live


@asynccontextmanager
async def follow(
    truth: Truth, settings: Settings, on_replay: Callable[[int], None] | None = None
) -> AsyncIterator[LiveStores]:
    """Open what follows from the truth, caught up with its log; see `open_live`."""
    async with AsyncExitStack() as stack:
        root = truth.paths.root
        slates = EmbeddedSlateLog(root / "slates.db", truth.clock, settings.events.slates)
        stack.push_async_callback(slates.close)
        online = EmbeddedOnlineStore(root / "online.db", truth.clock, settings.features.online)
        stack.push_async_callback(online.close)
        states = CachedUserStates(
            online,
            truth.profiles.owner_of,
            capacity=settings.features.user_states.cached_subjects,
        )
        signals = WindowedItemSignals(settings.features.signals)
        data_clock = DataClock(truth.clock)
        stream = StreamProcessor(
            events=truth.log,
            catalog=truth.catalog,
            profiles=truth.profiles,
            store=online,
            states=states,
            signals=signals,
            clock=data_clock,
            settings=settings.stream_processor,
        )
        await stream.open(on_replay)
        stack.push_async_callback(stream.close)
        ingest = EventIngest(truth.log, stream)
        stack.push_async_callback(ingest.close)
        yield LiveStores(
            truth=truth,
            slates=slates,
            online=online,
            states=states,
            signals=signals,
            data_clock=data_clock,
            stream=stream,
            ingest=ingest,
        )
