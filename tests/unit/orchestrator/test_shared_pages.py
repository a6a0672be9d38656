"""Pages without a subject: kept for seconds, made once, never with an item that is gone."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from server.core.errors import DeadlineTooShortError
from server.core.slate import Degradation, DegradationKind
from server.orchestrator import shared_pages
from server.orchestrator.query import RecommendQuery, ServedItem, ServedPage
from server.orchestrator.shared_pages import SharedPages

QUERY = RecommendQuery(serving_config="trending", request_id="r1")


class Clock:
    def now_ms(self):
        return 0


class Columns:
    """All rows may be shown but those that are gone."""

    def __init__(self):
        self.gone = set()

    def showable(self, rows, now_ms):
        return np.array([row not in self.gone for row in rows.tolist()], np.bool_)


class Recommender:
    """Makes a page of rows 1 and 2 for each call; waits for `gate` first."""

    def __init__(self):
        self.calls = []
        self.gate = None
        self.failure = None
        self.page = ServedPage(
            items=(
                ServedItem(item_id="a", row=1, score=1.0, position=0),
                ServedItem(item_id="b", row=2, score=0.5, position=1),
            ),
            request_id="",
            session_id="s",
            serving_config="trending",
            is_shared=True,
        )

    async def trending(self, query):
        self.calls.append(query.request_id)
        if self.gate is not None:
            await self.gate.wait()
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        return replace(self.page, request_id=query.request_id)

    async def similar(self, item_id, query):
        return await self.trending(query)

    recommend = trending


@pytest.fixture
def time_s(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(shared_pages.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def world(time_s):
    recommender, columns = Recommender(), Columns()
    pages = SharedPages(recommender, lambda: columns, Clock(), max_age_s=5.0, capacity=2)
    return recommender, columns, pages


def asked(request_id, **other):
    return replace(QUERY, request_id=request_id, **other)


async def test_a_page_is_served_again_with_its_age_until_it_is_too_old(world, time_s):
    recommender, _, pages = world
    assert (await pages.trending(asked("r1"))).age_s is None
    time_s[0] += 4.9
    again = await pages.trending(asked("r2"))
    assert (again.request_id, again.age_s) == ("r1", pytest.approx(4.9))
    time_s[0] += 0.1
    assert (await pages.trending(asked("r3"))).request_id == "r3"
    assert recommender.calls == ["r1", "r3"]


@pytest.mark.parametrize(
    "other",
    [
        {"serving_config": "hot"},
        {"page_size": 5},
        {"filter": "price < 3"},
        {"attributes": {"country": "DE"}},
        {"include_reasons": True},
    ],
)
async def test_another_question_gets_an_answer_of_its_own(world, other):
    _, _, pages = world
    await pages.trending(asked("r1"))
    assert (await pages.trending(asked("r2", **other))).request_id == "r2"


async def test_similar_items_are_kept_by_item(world):
    _, _, pages = world
    await pages.similar("a", asked("r1"))
    assert (await pages.similar("a", asked("r2"))).request_id == "r1"
    assert (await pages.similar("b", asked("r3"))).request_id == "r3"
    assert (await pages.trending(asked("r4"))).request_id == "r4"


async def test_an_item_that_is_gone_takes_its_page_with_it(world):
    _, columns, pages = world
    await pages.trending(asked("r1"))
    columns.gone.add(2)
    assert (await pages.trending(asked("r2"))).request_id == "r2"


@pytest.mark.parametrize(
    ("change", "is_kept"),
    [
        ({}, True),
        ({"is_shared": False}, False),
        ({"degradations": (Degradation(DegradationKind.FALLBACK_SLATE, "deadline"),)}, False),
        ({"degradations": (Degradation(DegradationKind.NO_MODEL, "model"),)}, True),
    ],
)
async def test_only_good_shared_pages_are_kept(world, change, is_kept):
    recommender, _, pages = world
    recommender.page = replace(recommender.page, **change)
    await pages.trending(asked("r1"))
    kept = (await pages.trending(asked("r2"))).request_id == "r1"
    assert kept is is_kept


async def test_a_feed_is_never_shared(world):
    _, _, pages = world
    await pages.recommend(asked("r1"))
    assert (await pages.recommend(asked("r2"))).request_id == "r2"


async def test_those_who_ask_at_once_share_one_page(world):
    recommender, _, pages = world
    recommender.gate = asyncio.Event()
    asking = [asyncio.ensure_future(pages.trending(asked(f"r{n}"))) for n in range(3)]
    await asyncio.sleep(0)
    recommender.gate.set()
    found = await asyncio.gather(*asking)
    assert recommender.calls == ["r0"]
    assert [(each.request_id, each.age_s) for each in found] == [
        ("r0", None),
        ("r0", 0.0),
        ("r0", 0.0),
    ]


async def test_pages_that_may_not_be_shared_are_made_for_each_who_waited(world):
    recommender, _, pages = world
    recommender.page = replace(recommender.page, is_shared=False)
    recommender.gate = asyncio.Event()
    asking = [asyncio.ensure_future(pages.trending(asked(f"r{n}"))) for n in range(2)]
    await asyncio.sleep(0)
    recommender.gate.set()
    assert [each.request_id for each in await asyncio.gather(*asking)] == ["r0", "r1"]


async def test_who_goes_away_does_not_end_it_for_the_others(world):
    recommender, _, pages = world
    recommender.gate = asyncio.Event()
    first, second = (asyncio.ensure_future(pages.trending(asked(f"r{n}"))) for n in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    recommender.gate.set()
    assert (await second).request_id == "r0"


async def test_a_failure_is_the_first_callers_alone(world):
    recommender, _, pages = world
    recommender.gate = asyncio.Event()
    recommender.failure = DeadlineTooShortError("too late")
    first, second = (asyncio.ensure_future(pages.trending(asked(f"r{n}"))) for n in range(2))
    await asyncio.sleep(0)
    recommender.gate.set()
    with pytest.raises(DeadlineTooShortError):
        await first
    assert (await second).request_id == "r1"


async def test_the_least_recently_used_page_goes_first(world):
    recommender, _, pages = world
    for size in (1, 2, 1, 3, 1, 2):
        await pages.trending(asked(f"of-{size}", page_size=size))
    assert recommender.calls == ["of-1", "of-2", "of-3", "of-2"]


async def test_a_change_of_surfaces_takes_the_kept_pages_with_it(time_s):
    version = ["first"]
    pages = SharedPages(
        Recommender(), Columns, Clock(), max_age_s=5.0, capacity=2, version=lambda: version[0]
    )
    await pages.trending(asked("r1"))
    version[0] = "second"
    assert (await pages.trending(asked("r2"))).request_id == "r2"


async def test_nothing_is_kept_for_no_time():
    recommender = Recommender()
    pages = SharedPages(recommender, Columns, Clock(), max_age_s=0, capacity=2)
    await pages.trending(asked("r1"))
    assert (await pages.trending(asked("r2"))).request_id == "r2"


async def test_a_page_is_made_again_when_the_surfaces_have_changed(time_s):
    recommender, version = Recommender(), [1]
    pages = SharedPages(
        recommender, Columns, Clock(), max_age_s=5.0, capacity=2, version=lambda: version[0]
    )
    await pages.trending(asked("r1"))
    assert (await pages.trending(asked("r2"))).request_id == "r1"
    version[0] = 2
    assert (await pages.trending(asked("r3"))).request_id == "r3"
