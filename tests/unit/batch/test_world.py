"""The simulated world keeps its promises: what is drawn follows the stated truth."""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pytest
from rich.console import Console

from server.batch.holdout import read_holdout, read_protocol
from server.batch.ids import is_valid_id
from server.batch.simulation.behaviour import simulate_events
from server.batch.simulation.catalogue import items_of
from server.batch.simulation.responses import respond
from server.batch.simulation.saved_world import load_world
from server.batch.simulation.simulate import simulate
from server.batch.simulation.words import GENRES
from server.batch.simulation.world import DAY_MS, SIZES, World, WorldSize
from server.batch.terminal import Terminal
from server.core.errors import ArtifactError
from server.core.event_type import EventType

END_MS = 1_750_000_000_000
TINY = WorldSize("tiny", users=40, items=120, days=10, slates_per_user=6.0)


@pytest.fixture(scope="module")
def world():
    return World.create(TINY, seed=3, end_ms=END_MS)


@pytest.fixture(scope="module")
def events(world):
    return [new.event for new in simulate_events(world)]


def test_the_same_seed_gives_the_same_world_and_events(world, events):
    again = World.create(TINY, seed=3, end_ms=END_MS)
    assert np.array_equal(again.item_MD, world.item_MD)
    assert [new.event for new in simulate_events(again)] == events
    other = World.create(TINY, seed=4, end_ms=END_MS)
    assert not np.array_equal(other.item_MD, world.item_MD)


def test_clicks_follow_the_true_probability(world):
    rng = np.random.default_rng(0)
    items, positions = np.arange(10), np.arange(10)
    expected = world.click_probabilities(5, items, positions, END_MS)
    draws = 4_000
    clicks = np.zeros(10)
    for _ in range(draws):
        for reaction in respond(world, rng, 5, items, positions, END_MS):
            clicks[reaction.place] += reaction.type is EventType.CLICK
    error = np.sqrt(expected * (1 - expected) / draws)
    assert np.all(np.abs(clicks / draws - expected) < 4 * error)


def test_one_probability_is_that_of_the_slate(world):
    row = world.click_probabilities(7, np.array([3]), np.array([4]), END_MS)
    one = world.click_probability("user-00008", "item-00004", 4, END_MS)
    assert one == pytest.approx(float(row[0]))
    with pytest.raises(KeyError):
        world.click_probability("nobody", "item-00004", 4, END_MS)


def test_attention_falls_with_the_position(world):
    looked = world.examination(0, np.arange(10))
    assert looked[0] == 1.0
    assert np.all(np.diff(looked) < 0)


def test_taste_drifts_for_some_and_stays_for_others(world):
    moved = [
        1 - world.taste(user, world.start_ms) @ world.taste(user, world.end_ms)
        for user in range(TINY.users)
    ]
    assert min(moved) == pytest.approx(0)
    assert max(moved) > 0.3


def test_users_like_the_genres_of_their_taste(world):
    user = 0
    affinity = world.affinities(user, world.start_ms)
    best = np.argsort(-affinity)[:5]
    assert affinity[best].mean() > 0.4
    assert affinity.mean() < 0.3


def test_titles_are_distinct_and_tell_the_genre(world):
    items = items_of(world)
    assert len({item.title for item in items}) == len(items)
    for row, item in enumerate(items):
        genre = GENRES[world.genre_M[row]]
        assert item.attributes["genres"][0] == genre.name
        words = {*genre.adjectives, *genre.nouns, *genre.places}
        assert words & set(item.title.replace(":", "").split())
        assert is_valid_id(item.item_id)


def test_some_items_arrive_late_and_are_not_shown_before(world, events):
    born = dict(zip(world.item_ids, world.born_ms_M.tolist(), strict=True))
    assert any(world.start_ms < each < world.end_ms for each in born.values())
    for event in events:
        assert all(born[item.item_id] <= event.time_ms for item in event.items)


def test_events_are_in_order_within_the_days_and_have_their_own_ids(world, events):
    times = [event.time_ms for event in events]
    assert times == sorted(times)
    assert world.start_ms <= times[0]
    assert times[-1] < world.end_ms
    assert len({event.event_id for event in events}) == len(events)


def test_what_a_user_reacted_to_is_not_shown_again(events):
    done = set()
    shown_after = Counter()
    for event in events:
        for item in event.items:
            pair = (event.subject.id, item.item_id)
            if event.type is EventType.IMPRESSION:
                shown_after[pair] += pair in done
            else:
                done.add(pair)
    assert sum(shown_after.values()) == 0


def test_clicks_are_skewed_towards_popular_items(events):
    clicks = Counter(
        item.item_id for event in events if event.type is EventType.CLICK for item in event.items
    )
    top = sum(count for _, count in clicks.most_common(len(clicks) // 5))
    assert top > 0.35 * sum(clicks.values())


def quiet():
    return Terminal(Console(file=io.StringIO(), width=160))


async def test_a_simulation_fills_the_stores_and_holds_the_last_days_out(stores, monkeypatch):
    monkeypatch.setitem(SIZES, "tiny", TINY)
    now_ms = END_MS + 5
    report = await simulate(
        stores, size="tiny", seed=3, now_ms=now_ms, hold_out=True, terminal=quiet()
    )
    assert report.world.end_ms == END_MS - END_MS % 3_600_000
    assert report.users == TINY.users
    assert report.items <= TINY.items
    cut_ms = report.world.end_ms - 2 * DAY_MS
    records = list(stores.log.scan())
    assert len(records) == report.events
    assert max(record.event.time_ms for record in records) < cut_ms
    held_out = read_holdout(stores.paths)
    assert min(held_out["event_time_ms"].to_pylist()) >= cut_ms
    assert read_protocol(stores.paths).label == "click"
    # The same again changes nothing, also an hour later.
    again = await simulate(
        stores, size="tiny", seed=3, now_ms=now_ms + 3_600_000, hold_out=True, terminal=quiet()
    )
    assert again.duplicates == again.events == report.events
    assert load_world(stores.paths).end_ms == report.world.end_ms


async def test_another_world_needs_another_data_directory(stores, monkeypatch):
    monkeypatch.setitem(SIZES, "tiny", TINY)
    await simulate(stores, size="tiny", seed=3, now_ms=END_MS, terminal=quiet())
    with pytest.raises(ArtifactError, match="into an empty data directory"):
        await simulate(stores, size="tiny", seed=4, now_ms=END_MS, terminal=quiet())
    with pytest.raises(ArtifactError, match="simulate with --hold-out into an empty"):
        await simulate(stores, size="tiny", seed=3, now_ms=END_MS, hold_out=True, terminal=quiet())


def test_a_damaged_world_file_is_named(stores):
    stores.paths.world.write_text("{}")
    with pytest.raises(ArtifactError, match=r"world\.json: can't be read"):
        load_world(stores.paths)
