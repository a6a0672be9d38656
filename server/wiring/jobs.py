"""The jobs of long-running operations, over the stores of this server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.batch.jobs.erase_user import erase_user
from server.batch.jobs.export_user import export_user
from server.batch.jobs.import_events import import_events
from server.batch.jobs.import_items import import_items
from server.batch.stores import DataPaths
from server.catalog.ports import Catalog
from server.core.jobs import Erasure, EventImport, Export, ImportResult, ItemImport, Progress
from server.events.ports import EventLog
from server.orchestrator.feed_sessions import FeedSessions
from server.profiles.ports import ProfileStore
from server.stream_processor.processor import StreamProcessor
from server.wiring.stores import LiveStores


@dataclass(frozen=True, slots=True)
class StreamCatchUp:
    """Lets imported events take effect: replays what was written past the processor."""

    stream: StreamProcessor

    async def catch_up(self) -> None:
        await self.stream.catch_up()


@dataclass(frozen=True, slots=True)
class JobStores:
    """Implements `batch.stores.Stores` on a running server."""

    live: LiveStores

    @property
    def log(self) -> EventLog:
        return self.live.log

    @property
    def catalog(self) -> Catalog:
        return self.live.catalog

    @property
    def profiles(self) -> ProfileStore:
        return self.live.profiles

    @property
    def processor(self) -> StreamCatchUp:
        return StreamCatchUp(self.live.stream)

    @property
    def paths(self) -> DataPaths:
        return self.live.paths


@dataclass(frozen=True, slots=True)
class WiredJobs:
    """Implements the gateway's `Jobs`; `forget_in_model` masks a subject in what serves now."""

    live: LiveStores
    sessions: FeedSessions
    forget_in_model: Callable[[str], None]

    async def import_events(self, task: EventImport, progress: Progress) -> ImportResult:
        return await import_events(task, JobStores(self.live), progress)

    async def import_items(self, task: ItemImport, progress: Progress) -> ImportResult:
        return await import_items(task, JobStores(self.live), progress)

    async def erase_user(self, user_id: str, progress: Progress) -> Erasure:
        derived: dict[str, Callable[[str], Awaitable[int]]] = {
            "online_features": self._forget_behaviour,
            "sessions": self.sessions.forget,
            "slate_log": self.live.slates.erase,
        }
        return await erase_user(
            user_id, JobStores(self.live), derived, self.live.truth.clock, progress
        )

    async def export_user(self, user_id: str, progress: Progress) -> Export:
        return await export_user(
            user_id, JobStores(self.live), self.live.slates, self.live.truth.clock, progress
        )

    async def _forget_behaviour(self, subject_key: str) -> int:
        self.forget_in_model(subject_key)
        return await self.live.stream.forget(subject_key)
