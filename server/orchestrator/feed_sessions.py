"""Where feeds live between their pages: the online store, and a small memory before it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import OrderedDict
from weakref import WeakValueDictionary

from server.core.clock import Clock
from server.core.errors import InvalidPageTokenError, PageTokenExpiredError, ServerError
from server.core.slate import Slate
from server.features.ports import OnlineStore
from server.orchestrator.feed import Feed

log = logging.getLogger(__name__)

VIEW = "feed"
FORGOTTEN = "feed_forgotten"
# Longer than any feed lives.
_FORGOTTEN_TTL_S = 8 * 86_400


class FeedSessions:
    """Feeds by id; they survive a restart and can be resumed on another server."""

    def __init__(self, store: OnlineStore, clock: Clock, *, capacity: int = 1_000) -> None:
        self._store = store
        self._clock = clock
        self._capacity = capacity
        self._recent: OrderedDict[str, Feed] = OrderedDict()
        self._forgotten_ms: dict[str, int] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def begin(self, slate: Slate, *, digest: bytes, subject_key: str, ttl_s: int) -> Feed:
        """Return a new feed; `save` keeps it."""
        now_ms = self._clock.now_ms()
        return Feed.of(
            slate,
            feed_id=secrets.token_urlsafe(12),
            digest=digest,
            expire_ms=now_ms + ttl_s * 1000,
            subject_key=subject_key,
            created_ms=now_ms,
        )

    def seconds_left(self, feed: Feed) -> int:
        """Return how long the feed's tokens still live."""
        return max(0, (feed.expire_ms - self._clock.now_ms()) // 1000)

    def lock(self, feed_id: str) -> asyncio.Lock:
        """Return the lock under which a feed is extended in this process."""
        lock = self._locks.get(feed_id)
        if lock is None:
            lock = self._locks[feed_id] = asyncio.Lock()
        return lock

    async def load(self, feed_id: str, digest: bytes, *, latest: bool = False) -> Feed:
        """Return a feed.

        Args:
            latest: ask the store although it is in memory: another server may have extended it.

        Raises:
            PageTokenExpiredError: it is gone.
            InvalidPageTokenError: it belongs to another request.
            UnavailableError: the store did not answer.
        """
        feed = self._recent.get(feed_id)
        if feed is None or latest:
            (stored,) = await self._store.read(VIEW, [feed_id])
            feed = _longer(feed, None if stored is None else Feed.decode(stored))
            if feed is not None and feed.subject_key:
                await self._recall_erasure(feed.subject_key)
        if feed is None or self._is_over(feed):
            raise PageTokenExpiredError("this feed has expired: start a new one")
        if feed.digest != digest:
            raise InvalidPageTokenError.of(
                "page_token",
                "belongs to another request: only page_size, read_mask and "
                "include_reasons may change from page to page",
            )
        self._remember(feed)
        return feed

    async def save(self, feed: Feed) -> None:
        """Keep a feed; if the store fails, the feed lives in this process only."""
        self._remember(feed)
        try:
            ttl_s = self.seconds_left(feed) + 1
            await self._store.write(VIEW, {feed.feed_id: feed.encode()}, ttl_s=ttl_s)
        except ServerError as error:
            log.warning("feed kept in memory only: %r", error)

    async def forget(self, subject_key: str) -> int:
        """End an erased subject's feeds; return how many were removed at once.

        Stored feeds that this process doesn't have in memory are refused from now on, also after
        a restart, and leave the store when they expire.

        Raises:
            StorageFullError, UnavailableError: the store did not answer.
        """
        now_ms = self._forgotten_ms[subject_key] = self._clock.now_ms()
        mark = {subject_key: str(now_ms).encode()}
        await self._store.write(FORGOTTEN, mark, ttl_s=_FORGOTTEN_TTL_S)
        found = [each.feed_id for each in self._recent.values() if each.subject_key == subject_key]
        for feed_id in found:
            del self._recent[feed_id]
        # Also without any: what was written before a deletion is on disk after it.
        await self._store.delete(VIEW, found)
        return len(found)

    async def _recall_erasure(self, subject_key: str) -> None:
        """Learn of an erasure by an earlier process."""
        (mark,) = await self._store.read(FORGOTTEN, [subject_key])
        if mark is not None:
            known_ms = self._forgotten_ms.get(subject_key, 0)
            self._forgotten_ms[subject_key] = max(known_ms, int(mark))

    def _is_over(self, feed: Feed) -> bool:
        is_forgotten = feed.created_ms <= self._forgotten_ms.get(feed.subject_key, -1)
        return is_forgotten or feed.expire_ms <= self._clock.now_ms()

    def _remember(self, feed: Feed) -> None:
        self._recent[feed.feed_id] = feed
        self._recent.move_to_end(feed.feed_id)
        while len(self._recent) > self._capacity:
            self._recent.popitem(last=False)


def _longer(first: Feed | None, second: Feed | None) -> Feed | None:
    """Feeds only grow: the longer one is the newer one."""
    if first is None or second is None:
        return first or second
    return (
        second if (len(second), second.is_exhausted) > (len(first), first.is_exhausted) else first
    )
