"""What the edge hands requests to, small enough to check by eye, in memory."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np

from server.catalog.item import Attribute, AttributeType, Schema
from server.core.errors import (
    EventIdConflictError,
    InvalidRequestError,
    ItemAlreadyExistsError,
    ItemNotFoundError,
)
from server.core.item_columns import ItemColumns
from server.core.slate import Degradation, DegradationKind
from server.events.ports import Appended
from server.orchestrator.query import PageRef, Reason, ReasonCode, ServedItem, ServedPage
from server.orchestrator.request_explanation.explanation import (
    FeatureEffect,
    ItemExplanation,
    Outcome,
    PreRank,
    Ranking,
    RequestExplanation,
    SourceHit,
    SourceTrace,
    StageTrace,
)

SCHEMA = Schema(
    item_attributes=(
        Attribute("genre", AttributeType.STRING, is_filterable=True),
        Attribute("tags", AttributeType.STRINGS),
        Attribute("price", AttributeType.NUMBER, is_filterable=True),
        Attribute("released", AttributeType.TIMESTAMP),
        Attribute("blurb", AttributeType.TEXT),
    ),
    user_attributes=(
        Attribute("country", AttributeType.STRING),
        Attribute("interests", AttributeType.STRINGS),
    ),
    update_ms=1_700_000_000_000,
)


class FakeRecommender:
    """A feed of ten items, `i0` to `i9`; `error` is raised instead, `delay_s` waited before."""

    def __init__(self):
        self.queries = []
        self.error = None
        self.delay_s = 0.0
        self.has_query = asyncio.Event()
        self.is_cancelled = asyncio.Event()
        self.item_ids = tuple(f"i{n}" for n in range(10))

    async def recommend(self, query):
        await self._note(query)
        offset = query.page.offset if query.page else 0
        end = offset + query.page_size
        rest = PageRef("feed-1", end) if end < len(self.item_ids) else None
        ids = self.item_ids[offset:end]
        return replace(self._page(ids, query, offset), next_page=rest)

    async def similar(self, item_id, query):
        await self._note(query)
        ids = [each for each in self.item_ids if each != item_id][: query.page_size]
        return replace(self._page(ids, query), is_shared=True)

    async def trending(self, query):
        await self._note(query)
        return replace(self._page(self.item_ids[: query.page_size], query), is_shared=True)

    async def rank(self, item_ids, query):
        await self._note(query)
        known = [each for each in item_ids if each in self.item_ids]
        skipped = tuple(each for each in item_ids if each not in self.item_ids)
        return replace(self._page(known, query), skipped_item_ids=skipped)

    async def compose(self, shelves):
        for query in shelves:
            await self._note(query)
        return [self._page(self.item_ids[n : n + 1], query) for n, query in enumerate(shelves)]

    async def _note(self, query):
        self.queries.append(query)
        self.has_query.set()
        try:
            await asyncio.sleep(self.delay_s)
        except asyncio.CancelledError:
            self.is_cancelled.set()
            raise
        if self.error is not None:
            raise self.error

    def _page(self, ids, query, offset=0):
        reasons = (Reason(ReasonCode.SHARES_ATTRIBUTE, ("i1",), "genre", "Fantasy"),)
        return ServedPage(
            items=tuple(
                ServedItem(
                    item_id=item_id,
                    row=n,
                    score=1.0 - n / 100,
                    position=offset + n,
                    reasons=reasons if query.include_reasons else (),
                    sources=("two_tower",),
                )
                for n, item_id in enumerate(ids)
            ),
            request_id=query.request_id,
            session_id=query.session_id or "session-made",
            serving_config=query.serving_config,
            feed_ttl_s=60,
            model_version="v7",
            exposures=(("ranking", "b"),),
            degradations=(Degradation(DegradationKind.SOURCE_LEFT_OUT, "content"),),
        )


class FakeExplainer:
    """Explains a request that it keeps; every field is set to something of its own."""

    def __init__(self):
        self.query = self.question = None
        self.error = None

    async def explain(self, query, question):
        self.query, self.question = query, question
        if self.error is not None:
            raise self.error
        shown = ItemExplanation(
            item_id="i1",
            outcome=Outcome.SHOWN,
            position=0,
            rules=("choice",),
            sources=(SourceHit("popular", 0.5, 3),),
            pre_rank=PreRank(1.5, 2, 10, 5),
            probabilities={"click": 0.25},
            ranking=Ranking(0.75, 1, 1.5, 0),
            is_explored=True,
            propensity=0.125,
            reasons=(Reason(ReasonCode.SHARES_ATTRIBUTE, ("i2",), "genre", "Fantasy"),),
            features=(FeatureEffect("price", -0.5),),
        )
        asked = [
            ItemExplanation(item_id=each, outcome=Outcome.UNKNOWN) for each in question.item_ids
        ]
        return RequestExplanation(
            serving_config=query.serving_config,
            request_id=query.request_id,
            stages=(StageTrace("context", 0.001), StageTrace("filter", 0.5, 10, 0)),
            sources=(SourceTrace("popular", 20, 7, 0.25, has_failed=True),),
            filters={"seen": 3},
            rules=("choice",),
            shown=(shown,),
            asked=tuple(asked),
            dropped=(
                ItemExplanation(
                    item_id="i3",
                    outcome=Outcome.FILTERED,
                    stage="filter",
                    filters=("seen", "engaged"),
                ),
            ),
            model_version="v7",
            exposures=(("ranking", "b"),),
            degradations=(Degradation(DegradationKind.SOURCE_LEFT_OUT, "popular"),),
        )


class MemoryCatalog:
    """Items by id; a deleted item's row stays in the columns."""

    def __init__(self):
        self._items = {}
        self._rows = []
        self._row_of = {}
        self._schema = SCHEMA

    def columns(self):
        size = len(self._rows)
        items = [self._items.get(item_id) for item_id in self._rows]
        price = [
            item.attributes.get("price", np.nan) if item is not None else np.nan for item in items
        ]
        return ItemColumns(
            size=size,
            version=size,
            ids=tuple(self._rows),
            titles=tuple(item.title if item else "" for item in items),
            row_of=dict(self._row_of),
            active=np.array([item is not None and item.is_active for item in items], bool),
            available_ms=np.zeros(size, np.int64),
            expire_ms=np.full(size, np.iinfo(np.int64).max),
            create_ms=np.zeros(size, np.int64),
            numbers={"price": np.array(price, np.float64)},
        )

    def schema(self):
        return self._schema

    async def declare(self, item_attributes, user_attributes, *, validate_only=False):
        known = {each.name: each for each in self._schema.item_attributes}
        for each in item_attributes:
            if each.name in known and known[each.name].type != each.type:
                raise InvalidRequestError.of("catalog.item_attributes", "changes its type")
        merged = replace(
            self._schema,
            item_attributes=tuple((known | {e.name: e for e in item_attributes}).values()),
        )
        if not validate_only:
            self._schema = merged
        return merged

    async def get(self, item_ids):
        return [self._items.get(item_id) for item_id in item_ids]

    async def create(self, item, *, validate_only=False):
        if item.item_id in self._items:
            raise ItemAlreadyExistsError(item.item_id)
        return self._put(item, validate_only)

    async def update(self, item_id, change, *, validate_only=False):
        return self._put(change(self._items.get(item_id)), validate_only)

    async def upsert(self, items):
        return [self._put(item, False) for item in items]

    async def delete(self, item_id):
        if item_id not in self._items:
            raise ItemNotFoundError(item_id)
        del self._items[item_id], self._row_of[item_id]

    def list(self, *, after_row=-1, limit=None):
        raise AssertionError("the edge pages by columns")

    def subscribe(self, on_change):
        raise AssertionError("the edge follows no changes")

    def _put(self, item, validate_only):
        written = replace(item, create_ms=item.create_ms or 1000, update_ms=2000)
        if not validate_only:
            if item.item_id not in self._items:
                self._row_of[item.item_id] = len(self._rows)
                self._rows.append(item.item_id)
            self._items[item.item_id] = written
        return written


class MemoryProfiles:
    """Profiles by id."""

    def __init__(self):
        self._profiles = {}

    async def get(self, user_id):
        return self._profiles.get(user_id)

    async def update(self, user_id, change, *, validate_only=False):
        profile = replace(change(self._profiles.get(user_id)), create_ms=1000, update_ms=2000)
        if not validate_only:
            self._profiles[user_id] = profile
        return profile

    def owner_of(self, visitor_id):
        return None

    def visitors_of(self, user_id):
        return []


class MemoryEvents:
    """A log that knows duplicates and conflicts; `error` is raised instead."""

    def __init__(self):
        self.events = []
        self.batches = []
        self.error = None
        self.gate = asyncio.Event()
        self.gate.set()
        self._offsets = {}

    async def write(self, events):
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.batches.append(len(events))
        return [self._append(each) for each in events]

    def _append(self, new):
        event_id = new.event.event_id
        if event_id in self._offsets:
            offset, digest = self._offsets[event_id]
            if digest != new.digest:
                return EventIdConflictError(event_id)
            return Appended(offset, 0, is_duplicate=True)
        self.events.append(new)
        self._offsets[event_id] = (len(self.events), new.digest)
        return Appended(len(self.events), 0)


class Merger:
    """Visitors and their users."""

    def __init__(self):
        self.merged = {}

    async def merge(self, visitor_id, user_id):
        if self.merged.get(visitor_id, user_id) != user_id:
            raise InvalidRequestError.of("visitor_id", "belongs to another user")
        is_new = visitor_id not in self.merged
        self.merged[visitor_id] = user_id
        return 3 if is_new else 0
