"""The funnel and its failure policy, with stages small enough to check by eye."""

import asyncio
import time

import numpy as np
import pytest

from server.core.batch import Retrieved
from server.core.slate import Degradation, DegradationKind
from server.orchestrator.decorators import WithFallback
from server.orchestrator.observer import NoObserver
from server.orchestrator.pipeline import Pipeline, Quota, recommend
from server.orchestrator.trace import RequestTrace, current_trace
from server.rankers.fallback_predictor import FallbackPredictor
from server.rankers.objective import Objective
from server.rankers.selector import ByScore
from tests.unit.small_world import context_of, items_of

CONTEXT = context_of(items_of(10), limit=2)


class Fixed:
    """A source that always finds these rows."""

    def __init__(self, name, *rows):
        self.name = name
        self._rows = rows

    async def retrieve(self, context, limit):
        rows = np.array(self._rows[:limit], np.int64)
        return Retrieved(rows, np.ones(len(rows), np.float32))


class Broken:
    """Fails, whatever stage it is."""

    name = "broken"

    async def retrieve(self, context, limit):
        raise RuntimeError("broken")

    hydrate = predict = retrieve

    def defaults(self, batch):
        return {"feature": np.zeros(len(batch))}

    def keep(self, context, batch):
        raise RuntimeError("broken")

    select = keep


class Slow:
    name = "slow"

    async def retrieve(self, context, limit):
        await asyncio.sleep(30)

    predict = retrieve


class ByRow:
    name = "by_row"

    def score(self, context, batch):
        return batch.items.astype(np.float32)


class Odd:
    name = "odd"

    def keep(self, context, batch):
        return batch.items % 2 == 1


class RowProbability:
    name = "row_probability"

    async def predict(self, context, batch):
        return {"click": batch.items.astype(np.float32) / 10}


def pipeline(**over):
    fields = {
        "sources": [Quota(Fixed("first", 1, 2, 3), 5), Quota(Fixed("second", 3, 4, 5, 6), 3)],
        "last_resort": Fixed("popular", 7, 9),
        "candidates": 100,
        "catalog_hydrators": [],
        "filters": [Odd()],
        "pre_ranker": ByRow(),
        "shortlist": 5,
        "feature_hydrators": [],
        "predictor": RowProbability(),
        "objective": Objective.of({"click": 1.0}),
        "selector": ByScore(),
    }
    return Pipeline(**{**fields, **over})


def kinds(slate):
    return [(each.kind, each.component) for each in slate.degradations]


async def served(**over):
    with RequestTrace(NoObserver()).active():
        return await recommend(CONTEXT, pipeline(**over))


async def test_the_best_scores_come_first():
    slate = await served()
    assert slate.batch.items.tolist() == [5, 3]
    assert slate.batch.scores.tolist() == pytest.approx([0.5, 0.3])
    assert slate.source_names == ("first", "second", "popular")
    assert slate.batch.sources.tolist() == [0b10, 0b11]
    assert slate.is_by_score
    assert slate.degradations == ()


async def test_the_counts_say_how_many_passed_each_part():
    counts = (await served(shortlist=2)).counts
    assert counts.retrieved == {"first": 3, "second": 3}
    assert (counts.merged, counts.shortlisted, counts.selected) == (5, 2, 2)
    assert counts.dropped == {"odd": 2}


async def test_a_broken_source_is_left_out():
    slate = await served(sources=[Quota(Broken(), 5), Quota(Fixed("whole", 1, 3), 5)])
    assert slate.batch.items.tolist() == [3, 1]
    assert slate.batch.sources.tolist() == [0b10, 0b10]
    assert kinds(slate) == [(DegradationKind.SOURCE_LEFT_OUT, "broken")]


async def test_a_late_source_is_left_out():
    sources = [Quota(Slow(), 5), Quota(Fixed("whole", 1), 5)]
    slate = await served(sources=sources, source_timeout_s=0.01)
    assert slate.batch.items.tolist() == [1]
    assert slate.batch.sources.tolist() == [0b10]
    assert kinds(slate) == [(DegradationKind.SOURCE_LEFT_OUT, "slow")]


async def test_a_source_that_is_cancelled_from_inside_is_left_out():
    class Cancelled(Slow):
        async def retrieve(self, context, limit):
            raise asyncio.CancelledError

    slate = await served(sources=[Quota(Cancelled(), 5), Quota(Fixed("whole", 1), 5)])
    assert slate.batch.items.tolist() == [1]
    assert kinds(slate) == [(DegradationKind.SOURCE_LEFT_OUT, "slow")]


async def test_a_cancelled_request_is_not_a_late_source():
    with RequestTrace(NoObserver()).active() as trace:
        request = asyncio.create_task(recommend(CONTEXT, pipeline(sources=[Quota(Slow(), 5)])))
        await asyncio.sleep(0.01)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request
        assert trace.degradations == ()


async def test_sources_get_no_more_than_their_share_of_the_time_left():
    context = context_of(items_of(10), limit=2, deadline_s=time.monotonic() + 0.4)
    stages = pipeline(sources=[Quota(Slow(), 5)], source_timeout_s=10.0)
    with RequestTrace(NoObserver()).active() as trace:
        await recommend(context, stages)
        assert Degradation(DegradationKind.SOURCE_LEFT_OUT, "slow") in trace.degradations
    assert time.monotonic() < context.deadline_s


async def test_popular_items_stand_in_when_every_source_fails():
    slate = await served(sources=[Quota(Broken(), 5)])
    assert slate.batch.items.tolist() == [9, 7]
    assert (DegradationKind.POPULAR_FALLBACK, "sources") in kinds(slate)
    assert slate.source_names[-1] == "popular"


async def test_no_candidates_is_an_empty_slate():
    slate = await served(sources=[Quota(Fixed("none"), 5)])
    assert len(slate) == 0
    assert slate.degradations == ()


@pytest.mark.parametrize(
    "over",
    [{"catalog_hydrators": [Broken()]}, {"filters": [Odd(), Broken()]}, {"selector": Broken()}],
)
async def test_safety_never_fails_open(over):
    with pytest.raises(RuntimeError, match="broken"):
        await served(**over)


async def test_a_broken_feature_hydrator_leaves_its_defaults():
    slate = await served(feature_hydrators=[Broken()])
    assert slate.batch.columns["feature"].tolist() == [0, 0]
    assert kinds(slate) == [(DegradationKind.DEFAULT_FEATURES, "broken")]


async def test_a_broken_predictor_is_replaced_by_the_pre_ranker():
    fallback = FallbackPredictor(("click",))
    slate = await served(predictor=WithFallback(Broken(), fallback))
    assert slate.batch.items.tolist() == [5, 3]
    assert kinds(slate) == [(DegradationKind.FALLBACK_RANKER, "broken")]


async def test_a_late_predictor_is_replaced_before_the_deadline():
    context = context_of(items_of(10), deadline_s=time.monotonic() + 0.5)
    late = WithFallback(Slow(), FallbackPredictor(("click",)))
    with RequestTrace(NoObserver()).active():
        slate = await recommend(context, pipeline(predictor=late))
    assert slate.batch.items.tolist() == [5, 3, 1]
    assert time.monotonic() < context.deadline_s


async def test_a_predictor_that_fails_without_a_fallback_fails_the_request():
    with pytest.raises(RuntimeError, match="broken"):
        await served(predictor=Broken())


async def test_cancellation_stops_the_sources():
    stopped = asyncio.Event()

    class Notices:
        name = "notices"

        async def retrieve(self, context, limit):
            try:
                await asyncio.sleep(30)
            finally:
                stopped.set()

    work = asyncio.create_task(served(sources=[Quota(Notices(), 5)]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert stopped.is_set()


async def test_the_observer_hears_of_every_stage():
    heard = []

    class Listens(NoObserver):
        def stage_time(self, stage, seconds, /):
            heard.append(stage)

        def degraded(self, kind, component, /):
            heard.append((kind, component))

    with RequestTrace(Listens()).active() as trace:
        await recommend(CONTEXT, pipeline(sources=[Quota(Broken(), 5)]))
        assert current_trace() is trace
    assert {"retrieve", "catalog", "filter", "pre_rank", "features", "predict"} <= set(heard)
    assert {"score", "select", "source.broken"} <= set(heard)
    assert (DegradationKind.SOURCE_LEFT_OUT, "broken") in heard


async def test_the_same_degradation_is_told_once():
    trace = RequestTrace(NoObserver())
    trace.degraded(DegradationKind.NO_MODEL, "model")
    trace.degraded(DegradationKind.NO_MODEL, "model")
    assert trace.degradations == (Degradation(DegradationKind.NO_MODEL, "model"),)
    assert current_trace().degradations == ()
