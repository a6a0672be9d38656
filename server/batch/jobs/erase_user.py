"""Erases a user from every store, and says what each of them held."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from server.batch.jobs.masked_users import MaskedUsers
from server.batch.jobs.user_files import erase_exports, erase_from_snapshots
from server.batch.stores import Stores
from server.core.clock import Clock
from server.core.jobs import Erasure, Progress
from server.core.subject import Subject

EraseSubject = Callable[[str], Awaitable[int]]
"""Subject key -> number of records that were removed."""


async def erase_user(
    user_id: str,
    stores: Stores,
    derived: Mapping[str, EraseSubject],
    clock: Clock,
    progress: Progress,
) -> Erasure:
    """Erase a user and the visitors that were merged into it.

    The log comes first: its tombstone refuses replays and late events, so that nothing comes back
    while the rest is cleared. The profile comes last, because it knows the visitors: a repetition
    after a crash finds them again. Repeating is harmless; counts are then those of the repetition.

    Args:
        derived: how the stores that follow from the log forget a subject, by the name in the
            receipt (online_features, sessions, slate_log).

    Raises:
        StorageFullError, UnavailableError: a store did not answer; repeat the job.
    """
    erase_ms = clock.now_ms()
    keys = [Subject(user_id).key]
    keys += [Subject(each, is_visitor=True).key for each in stores.profiles.visitors_of(user_id)]
    total = len(derived) + 4
    counts = {"event_log": 0}
    for key in keys:
        counts["event_log"] += await stores.log.erase(key, erase_ms=erase_ms)
    progress(1, total)
    offset = await stores.log.last_offset()
    masked = MaskedUsers(stores.paths.models)
    counts["models"] = await asyncio.to_thread(masked.add, keys, offset)
    progress(2, total)
    for done, (store, erase) in enumerate(derived.items(), start=3):
        counts[store] = sum([await erase(key) for key in keys])
        progress(done, total)
    counts["snapshots"] = await asyncio.to_thread(erase_from_snapshots, stores.paths, keys)
    counts["exports"] = await asyncio.to_thread(erase_exports, stores.paths, user_id)
    progress(total - 1, total)
    counts["profiles"] = await stores.profiles.erase(user_id)
    progress(total, total)
    return Erasure(erase_ms=erase_ms, stores=counts)
