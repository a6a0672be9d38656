"""placeholder until the batch jobs are in"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from server.core.jobs import Erasure, EventImport, Export, ImportResult, ItemImport, Progress
from server.orchestrator.feed_sessions import FeedSessions
from server.wiring.stores import LiveStores


class WiredJobs:
    def __init__(self, stores: LiveStores) -> None:
        self._stores = stores

    def forgotten_subjects(self) -> Sequence[str]:
        return ()

    def forget_in_models(self, forget: Callable[[str], None]) -> None:
        self._forget = forget

    def forget_in_sessions(self, sessions: FeedSessions) -> None:
        self._sessions = sessions

    async def import_events(self, task: EventImport, progress: Progress) -> ImportResult:
        raise RuntimeError

    async def import_items(self, task: ItemImport, progress: Progress) -> ImportResult:
        raise RuntimeError

    async def erase_user(self, user_id: str, progress: Progress) -> Erasure:
        raise RuntimeError

    async def export_user(self, user_id: str, progress: Progress) -> Export:
        raise RuntimeError
