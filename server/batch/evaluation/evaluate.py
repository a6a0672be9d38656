"""Measures baselines and recommenders on the held-out events of a data directory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from server.batch.evaluation.baselines import Baseline, Popularity, best_items, find_neighbours
from server.batch.evaluation.cases import Case, build_cases, held_out_users
from server.batch.evaluation.interactions import Interactions, collect
from server.batch.evaluation.metrics import Estimate, RankingMetrics, measure_slates
from server.batch.holdout import HoldoutTask, Protocol
from server.core.subject import Subject

Recommend = Callable[[str, str, int], Awaitable[Sequence[str]]]
"""(user id, surface, page size) -> item ids, best first."""

POPULARITY = "popularity"
KNN_BY_HISTORY = "item-kNN, history votes"
KNN_BY_CANDIDATE = "item-kNN, candidates count"
CONCURRENCY = 4
_SAMPLE_SEED = 0


@dataclass(frozen=True, slots=True)
class Surfaces:
    """The surfaces that are measured: without exploration, and without or with known items."""

    new_items: str = "home_plain"
    repeats: str = "buy_again"

    def of(self, task: HoldoutTask) -> str:
        return self.repeats if task.repeats else self.new_items


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One method on one task; `gain` is the paired difference in recall to the better item-kNN."""

    name: str
    recall: Estimate
    ndcg: Estimate
    seconds: float
    gain: Estimate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskResult:
    """All methods on one task."""

    task: HoldoutTask
    users: int
    test_pairs: int
    methods: tuple[MethodResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The result; `scoring` holds AUC and GAUC of held-out impressions by method."""

    protocol: Protocol
    training_pairs: int
    tasks: tuple[TaskResult, ...]
    scoring: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationData:
    """What is measured: the log's events, the catalogue's item ids and the held-out events."""

    protocol: Protocol
    events: pa.Table
    item_ids: Sequence[str]
    held_out: pa.Table


async def evaluate(
    data: EvaluationData,
    recommenders: Mapping[str, Recommend],
    surfaces: Surfaces,
    *,
    max_users: int | None = None,
    on_progress: Callable[[str], None] = lambda text: None,
) -> Evaluation:
    """Measure baselines and recommenders on every task of the protocol.

    Items are ranked against the whole catalogue; users are asked for one by one.

    Args:
        max_users: measure everything on so many users, drawn with a fixed seed; None: on all.
    """
    protocol = data.protocol
    users = held_out_users(data.held_out, protocol) if protocol.fits_held_out_users else None
    known = await asyncio.to_thread(collect, data.events, data.item_ids, users)
    baselines = await asyncio.to_thread(_fit_baselines, known)
    results: list[TaskResult] = []
    for task in protocol.tasks:
        cases = _sample(build_cases(data.held_out, protocol, task, known), max_users)
        measured = await asyncio.to_thread(_measure_baselines, baselines, cases, known, protocol.k)
        for name, recommend in recommenders.items():
            on_progress(f"{name}, {task.name}: {len(cases):,} users")
            measured[name] = await _measure(recommend, cases, surfaces.of(task), protocol.k)
        results.append(_task_result(task, cases, measured))
    return Evaluation(protocol=protocol, training_pairs=len(known), tasks=tuple(results))


def _sample(cases: list[Case], count: int | None) -> list[Case]:
    if count is None or len(cases) <= count:
        return cases
    chosen = np.random.default_rng(_SAMPLE_SEED).choice(len(cases), count, replace=False)
    return [cases[at] for at in np.sort(chosen)]


_Measured = dict[str, tuple[RankingMetrics, float]]


def _fit_baselines(known: Interactions) -> dict[str, Baseline]:
    neighbours = find_neighbours(known)
    return {
        POPULARITY: Popularity(known.item_counts()),
        KNN_BY_HISTORY: neighbours.by_history(),
        KNN_BY_CANDIDATE: neighbours.by_candidate(),
    }


def _measure_baselines(
    baselines: Mapping[str, Baseline], cases: Sequence[Case], known: Interactions, k: int
) -> _Measured:
    measured: _Measured = {}
    relevant = [case.relevant for case in cases]
    for name, baseline in baselines.items():
        started = time.monotonic()
        ranked = [best_items(baseline.score(case.history), case.masked, k) for case in cases]
        slates = [[known.items[item] for item in items] for items in ranked]
        metrics = measure_slates(slates, relevant, k)
        measured[name] = (metrics, time.monotonic() - started)
    return measured


async def _measure(
    recommend: Recommend, cases: Sequence[Case], surface: str, k: int
) -> tuple[RankingMetrics, float]:
    """Ask for every user's slate, a few at a time."""
    started = time.monotonic()
    gate = asyncio.Semaphore(CONCURRENCY)

    async def slate(case: Case) -> Sequence[str]:
        async with gate:
            return await recommend(Subject.from_key(case.user_key).id, surface, k)

    slates = await asyncio.gather(*(slate(case) for case in cases))
    metrics = measure_slates(slates, [case.relevant for case in cases], k)
    return metrics, time.monotonic() - started


def _task_result(task: HoldoutTask, cases: Sequence[Case], measured: _Measured) -> TaskResult:
    knn = [measured[name] for name in (KNN_BY_HISTORY, KNN_BY_CANDIDATE)]
    best = max((metrics for metrics, _ in knn), key=lambda metrics: metrics.recall.mean)
    baselines = {POPULARITY, KNN_BY_HISTORY, KNN_BY_CANDIDATE}
    methods = tuple(
        MethodResult(
            name=name,
            recall=metrics.recall,
            ndcg=metrics.ndcg,
            seconds=seconds,
            gain=None if name in baselines else Estimate.of(metrics.recall_U - best.recall_U),
        )
        for name, (metrics, seconds) in measured.items()
    )
    test_pairs = sum(len(case.relevant) for case in cases)
    return TaskResult(task=task, users=len(cases), test_pairs=test_pairs, methods=methods)
