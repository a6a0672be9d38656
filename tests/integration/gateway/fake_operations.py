"""Jobs that wait for the test, and operations in memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from server.core.jobs import Erasure, Export, ImportResult


class MemoryJobs:
    """Jobs that finish when `gate` is set, and report progress before."""

    def __init__(self):
        self.tasks = []
        self.error = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def import_events(self, task, progress):
        await self._work(task, progress)
        return ImportResult(accepted=8, duplicates=1, rejected=1, rejected_path="x.rejected.csv")

    async def import_items(self, task, progress):
        await self._work(task, progress)
        return ImportResult(accepted=5, ignored_columns=("colour",))

    async def erase_user(self, user_id, progress):
        await self._work(user_id, progress)
        return Erasure(erase_ms=5000, stores={"event_log": 4, "profiles": 1})

    async def export_user(self, user_id, progress):
        await self._work(user_id, progress)
        return Export(files=("ann/events.jsonl",), event_count=4, read_ms=6000)

    async def _work(self, task, progress):
        self.tasks.append(task)
        progress(5, 10)
        await self.gate.wait()
        if self.error is not None:
            raise self.error


@dataclass
class MemoryOperations:
    """Operations by name."""

    records: dict = field(default_factory=dict)

    async def put(self, record):
        self.records[record.name] = record

    async def get(self, name):
        return self.records.get(name)

    async def page(self, *, after, limit):
        names = sorted(name for name in self.records if name > after)
        return [self.records[name] for name in names[:limit]]

    async def pending(self):
        return [each for _, each in sorted(self.records.items()) if not each.is_done]

    async def delete(self, name):
        return self.records.pop(name, None) is not None

    async def delete_done_before(self, create_ms):
        old = [n for n, r in self.records.items() if r.is_done and r.create_ms < create_ms]
        for name in old:
            del self.records[name]
        return len(old)

    async def scrub(self):
        """Nothing that was replaced is left anyway."""
