"""A catalogue, behaviour and model parts small enough to check by eye, for tests of the pipeline.

Stands in for what other packages own: exact search for an index, dictionaries for stores.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from server.catalog.item import Attribute, AttributeType, Schema
from server.core.batch import Retrieved
from server.core.context import RequestContext
from server.core.item_columns import ItemColumns, StringColumn, StringsColumn
from server.core.surface import Surface
from server.core.user_state import NO_BEHAVIOUR, UserState
from server.orchestrator.assembly import LiveSources, serving_state
from server.orchestrator.context_builder import ContextBuilder
from server.orchestrator.feed_sessions import FeedSessions
from server.orchestrator.filter_masks import FilterMasks, filter_fields
from server.orchestrator.recommender import PipelineRecommender
from server.orchestrator.serving_state import ModelParts, ServingStates
from server.orchestrator.side_effects import SideEffects
from server.orchestrator.slate_logging import LogSlate
from server.orchestrator.surfaces import DEFAULT_SURFACES, Surfaces
from server.profiles.ports import Profile

NOW_MS = 1_700_000_000_000
DAY_MS = 86_400_000
ALWAYS = (np.iinfo(np.int64).min, np.iinfo(np.int64).max)

SCHEMA = Schema(
    item_attributes=(
        Attribute("genre", AttributeType.STRING, True, True),
        Attribute("tags", AttributeType.STRINGS, True, True),
        Attribute("price", AttributeType.NUMBER, True),
        Attribute("released", AttributeType.TIMESTAMP, True),
        Attribute("cost", AttributeType.NUMBER, False),
        Attribute("blurb", AttributeType.TEXT, True),
    )
)
FIELDS = filter_fields(SCHEMA)


def string_column(values):
    """Codes and dictionary of one string a row; None: missing."""
    distinct = sorted({value for value in values if value is not None})
    codes = [-1 if value is None else distinct.index(value) for value in values]
    return StringColumn(np.array(codes, np.int32), distinct)


def strings_column(sets):
    """Codes and dictionary of a set of strings a row."""
    distinct = sorted({value for each in sets for value in each})
    lengths = np.array([len(each) for each in sets], np.int32)
    starts = np.cumsum(lengths, dtype=np.int64) - lengths
    codes = np.array([distinct.index(value) for each in sets for value in each], np.int32)
    return StringsColumn(starts, lengths, codes, distinct)


def items_of(count, *, genres=None, tags=None, prices=None, created_ms=None, **over):
    """A catalogue of items `i0` .. with these attributes; all may be shown."""
    ids = [f"i{row}" for row in range(count)]
    fields = {
        "size": count,
        "version": 1,
        "ids": ids,
        "titles": [f"Item {row}" for row in range(count)],
        "row_of": {item_id: row for row, item_id in enumerate(ids)},
        "active": np.ones(count, np.bool_),
        "available_ms": np.full(count, ALWAYS[0]),
        "expire_ms": np.full(count, ALWAYS[1]),
        "create_ms": np.full(count, NOW_MS - 400 * DAY_MS) if created_ms is None else created_ms,
        "strings": {"genre": string_column(genres)} if genres else {},
        "string_sets": {"tags": strings_column(tags)} if tags else {},
        "numbers": {} if prices is None else {"price": np.array(prices, np.float64)},
    }
    return ItemColumns(**{**fields, **over})


def history_of(rows, **over):
    """A subject that engaged positively with these rows, one a minute, the last just now."""
    rows = np.array(rows, np.int64)
    times = NOW_MS - 60_000 * np.arange(len(rows))[::-1]
    fields = {
        "history": rows,
        "history_ms": times.astype(np.int64),
        "history_types": np.full(len(rows), 2, np.uint8),
        "engaged": np.unique(rows),
        "positive_count": len(rows),
    }
    return UserState(**{**fields, **over})


def context_of(items, **over):
    fields = {
        "request_id": "r1",
        "surface": Surface(name="home"),
        "limit": 10,
        "wall_ms": NOW_MS,
        "data_ms": NOW_MS,
        "items": items,
    }
    return RequestContext(**{**fields, **over})


@dataclass
class FixedClock:
    ms: int = NOW_MS

    def now_ms(self):
        return self.ms


@dataclass
class ExactIndex:
    """Every vector compared; the reference for any index."""

    matrix: np.ndarray

    @property
    def dimension(self):
        return self.matrix.shape[1]

    def __len__(self):
        return len(self.matrix)

    def vectors(self, rows):
        return self.matrix[rows]

    def scores(self, rows, query):
        return self.matrix[rows] @ query

    async def search(self, query, k, allowed=None):
        scores = self.matrix @ query
        rows = np.arange(len(scores))
        if allowed is not None:
            rows = rows[allowed[: len(rows)]]
        best = rows[np.lexsort((rows, -scores[rows]))][:k]
        return Retrieved(best, scores[best].astype(np.float32))

    def upsert(self, rows, vectors): ...

    def remove(self, rows): ...


@dataclass
class FixedSignals:
    """Counters that tests set."""

    counts: np.ndarray = field(default_factory=lambda: np.empty(0, np.float32))
    trends: Retrieved = field(default_factory=Retrieved.nothing)

    def popularity(self):
        return self.counts

    def recent(self, now_ms):
        return self.counts

    def event_counts(self, event_type):
        return self.counts

    def trending(self, now_ms):
        return self.trends


@dataclass
class FixedCatalog:
    items: ItemColumns
    declared: Schema = SCHEMA

    def columns(self):
        return self.items

    def schema(self):
        return self.declared


@dataclass
class MemoryStates:
    states: dict = field(default_factory=dict)

    async def get(self, subject_key):
        return self.states.get(subject_key, NO_BEHAVIOUR)


@dataclass
class MemoryProfiles:
    profiles: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)

    async def get(self, user_id):
        attributes = self.profiles.get(user_id)
        return None if attributes is None else Profile(user_id=user_id, attributes=attributes)

    def owner_of(self, visitor_id):
        return self.owners.get(visitor_id)


@dataclass
class MemoryStore:
    values: dict = field(default_factory=dict)

    async def read(self, view, keys):
        return [self.values.get((view, key)) for key in keys]

    async def write(self, view, values, *, ttl_s=None):
        self.values.update({(view, key): value for key, value in values.items()})

    async def delete(self, view, keys):
        return sum(self.values.pop((view, key), None) is not None for key in keys)


@dataclass
class MemorySlateLog:
    records: list = field(default_factory=list)

    def write(self, record):
        self.records.append(record)


@dataclass
class RowVectors:
    vectors: np.ndarray

    def of(self, rows):
        return self.vectors[rows]


class World:
    """A whole recommender over a small catalogue; every part can be replaced by name."""

    def __init__(self, items, *, signals=None, parts=None, surfaces=DEFAULT_SURFACES, store=None):
        self.catalog = FixedCatalog(items)
        self.states_of_users = MemoryStates()
        self.profiles = MemoryProfiles()
        self.clock = FixedClock()
        self.signals = signals or FixedSignals(np.arange(items.size, 0, -1).astype(np.float32))
        self.store = store or MemoryStore()
        self.slates = MemorySlateLog()
        self.live = LiveSources.of(self.signals)
        self.serving = ServingStates(self.state(parts or ModelParts(), surfaces))
        self.side_effects = SideEffects([LogSlate(self.slates, self.serving)])
        self.recommender = PipelineRecommender(
            states=self.serving,
            contexts=ContextBuilder(
                catalog=self.catalog,
                user_states=self.states_of_users,
                profiles=self.profiles,
                wall_clock=self.clock,
                data_clock=self.clock,
                masks=FilterMasks(),
            ),
            sessions=FeedSessions(self.store, self.clock),
            popular=self.live.popular,
            side_effects=self.side_effects,
        )

    def state(self, parts, surfaces=DEFAULT_SURFACES):
        return serving_state(parts, Surfaces(surfaces), self.live, FIELDS)

    def change_items(self, **over):
        items = self.catalog.items
        self.catalog.items = replace(items, version=items.version + 1, **over)
