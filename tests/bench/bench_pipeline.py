"""Overhead of the orchestration on 2,000 candidates, without search, model and features.

    OMP_NUM_THREADS=1 python -m tests.bench.bench_pipeline

Prints p50 and p99 of the CPU time of one whole request (context, retrieval, filters, pre-ranking,
objective, MMR, rules, exploration, first page, feed, reasons) and of the same arithmetic in plain
numpy on the same data, and their ratio.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import numpy as np

from server.candidates.co_engagement import CoEngagementTable
from server.core.batch import Retrieved
from server.core.subject import Subject
from server.core.surface import Exploration, Rule, RuleKind, Surface
from server.orchestrator.query import RecommendQuery
from server.orchestrator.serving_state import ModelParts
from server.rankers.objective import Objective
from server.rankers.selector import CHOSEN_FROM, DIVERSIFIED
from tests.unit.small_world import FixedSignals, RowVectors, World, history_of, items_of

ITEMS, CANDIDATES, SHORTLIST, DIMENSION, FEATURES = 100_000, 2_000, 500, 256, 400
WARM_UP, RUNS = 20, 300
WEIGHTS = {"click": 1.0, "long_view": 0.5, "purchase": 2.0}


class PreparedIndex:
    """Answers at once with what a search found before."""

    def __init__(self, found, matrix):
        self._found = found
        self._matrix = matrix
        self.dimension = DIMENSION

    def __len__(self):
        return ITEMS

    async def search(self, query, k, allowed=None):
        return Retrieved(self._found.rows[:k], self._found.scores[:k])

    def vectors(self, rows):
        return self._matrix[rows]


class PreparedFeatures:
    name = "prepared_features"

    def __init__(self):
        self._features = np.zeros((SHORTLIST, FEATURES), np.float32)

    async def hydrate(self, context, batch):
        return {"features": self._features[: len(batch)]}

    def defaults(self, batch):
        return {"features": self._features[: len(batch)]}


class PreparedScores:
    name = "prepared_scores"

    def __init__(self, counts):
        self._counts = counts

    async def hydrate(self, context, batch):
        scores = batch.columns["source_scores"]
        return {
            "candidate.two_tower": scores[:, 0],
            "candidate.content": scores[:, 1],
            "candidate.co_engaged": scores[:, 2],
            "item.popularity": self._counts[batch.items],
        }


class PreparedPredictor:
    name = "prepared_predictor"

    def __init__(self, generator):
        self._heads = {head: generator.random(SHORTLIST).astype(np.float32) for head in WEIGHTS}

    async def predict(self, context, batch):
        return {head: column[: len(batch)] for head, column in self._heads.items()}


class PreparedEncoder:
    def __init__(self, vector):
        self._vector = vector

    async def encode(self, subject_key, user, user_attributes):
        return self._vector

    def profile(self, items, rows):
        return self._vector


def world(generator):
    genres = [f"g{each}" for each in generator.integers(0, 50, ITEMS)]
    items = items_of(ITEMS, genres=genres)
    counts = generator.pareto(1.5, ITEMS).astype(np.float32) * 10
    vectors = generator.normal(size=(ITEMS, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def found(count):
        rows = generator.choice(ITEMS, count, replace=False)
        return Retrieved(rows, np.sort(generator.random(count).astype(np.float32))[::-1])

    neighbors = generator.integers(0, ITEMS, (ITEMS, 50)).astype(np.int32)
    table = CoEngagementTable.of(
        neighbors, generator.random((ITEMS, 50)).astype(np.float32), np.arange(ITEMS), 50
    )
    parts = ModelParts(
        version="bench",
        item_index=PreparedIndex(found(1000), vectors),
        content_index=PreparedIndex(found(500), vectors),
        user_encoder=PreparedEncoder(vectors[0]),
        item_vectors=RowVectors(vectors),
        co_engagement=table,
        catalog_hydrators=[PreparedScores(counts)],
        feature_hydrators=[PreparedFeatures()],
        predictor=PreparedPredictor(generator),
        objective=Objective.of(WEIGHTS),
        pre_ranker_weights={"two_tower": 1.0, "content": 0.3, "co_engaged": 0.5, "popularity": 0.1},
    )
    surface = Surface(
        name="home",
        sources={"two_tower": 1000, "content": 500, "co_engaged": 600, "popular": 200},
        candidates=CANDIDATES,
        shortlist=SHORTLIST,
        diversity=0.2,
        excludes_engaged=True,
        exploration=Exploration(positions=(5, 11, 17), rate=0.1),
        rules=(Rule(name="few", kind=RuleKind.CAP, attribute="genre", limit=3, window=10),),
    )
    result = World(items, signals=FixedSignals(counts), parts=parts, surfaces=[surface])
    rows = generator.integers(0, ITEMS, 200)
    seen = np.unique(generator.integers(0, ITEMS, 1000))
    result.states_of_users.states["u"] = history_of(
        rows,
        seen=seen,
        seen_counts=np.ones(len(seen), np.int32),
        seen_ms=np.full(len(seen), result.clock.ms),
    )
    return result, vectors


def plain_numpy(generator, vectors):
    """The same arithmetic on arrays that are simply there: union, masks, sorts, MMR."""
    rows = np.concatenate([generator.choice(ITEMS, 1000, replace=False) for _ in range(2)])
    scores = generator.random(len(rows)).astype(np.float32)
    engaged = np.sort(generator.integers(0, ITEMS, 200))
    heads = generator.random((3, SHORTLIST)).astype(np.float32)

    def run():
        items, first = np.unique(rows, return_index=True)
        kept = items[~np.isin(items, engaged)]
        best = np.argsort(-scores[first][: len(kept)])[:SHORTLIST]
        value = np.clip(np.array([1.0, 0.5, 2.0], np.float32) @ heads / 3.5, 0, 1)[: len(best)]
        mine = vectors[kept[best[:CHOSEN_FROM]]]
        left, closest = 0.8 * value[:CHOSEN_FROM], np.zeros(len(mine), np.float32)
        order = []
        for _ in range(DIVERSIFIED):
            at = int(np.argmax(left - 0.2 * closest))
            order.append(at)
            left[at] = -np.inf
            np.maximum(closest, mine @ mine[at], out=closest)
        return order

    return run


def percentiles(times_s):
    p50, p99 = np.percentile(np.array(times_s) * 1000, [50, 99])
    return {"p50_ms": round(float(p50), 3), "p99_ms": round(float(p99), 3)}


async def main():
    generator = np.random.default_rng(7)
    small, vectors = world(generator)
    stages = {}

    class Times:
        def stage_time(self, stage, seconds, /):
            stages.setdefault(stage, []).append(seconds)

        def candidates(self, source, count, /): ...

        def dropped(self, filter_name, count, /): ...

        def degraded(self, kind, component, /):
            raise AssertionError((kind, component))

    small.recommender._observer = Times()
    query = RecommendQuery(
        serving_config="home",
        request_id="r0",
        subject=Subject("u"),
        page_size=50,
        include_reasons=True,
    )
    times, plain_times = [], []
    plain = plain_numpy(generator, vectors)
    for run in range(WARM_UP + RUNS):
        started = time.process_time()
        page = await small.recommender.recommend(replace(query, request_id=f"r{run}"))
        ended = time.process_time()
        plain()
        if run >= WARM_UP:
            times.append(ended - started)
            plain_times.append(time.process_time() - ended)
    assert len(page.items) == 50
    await small.side_effects.close()
    report = {
        "request": percentiles(times),
        "plain_numpy": percentiles(plain_times),
        "ratio_p50": round(float(np.median(times) / np.median(plain_times)), 2),
        "candidates": page.counts.merged,
        "stages": {name: percentiles(seconds) for name, seconds in stages.items()},
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    asyncio.run(main())
