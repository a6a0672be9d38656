"""The stream processor applies every event once, through restarts, crashes and merges."""

from __future__ import annotations

import asyncio
import random

import pytest

from server.core.errors import UnavailableError
from server.core.event_type import EventType
from server.core.subject import Subject
from server.core.user_state import NO_BEHAVIOUR
from server.stream_processor.checkpoint import KEY, VIEW, read_checkpoint
from tests.event_factory import DAY_MS, NOON_MS, new_event
from tests.stream_world import ITEMS, World

USERS = ["ann", "bob", "eve"]
VISITOR = Subject("v1", is_visitor=True)


def some_events(count: int, seed: int = 1):
    chance = random.Random(seed)
    return [
        new_event(
            f"{seed}-{number}",
            chance.choice(USERS),
            *chance.sample(ITEMS, chance.randint(1, 3)),
            type=chance.choice(list(EventType)),
            time_ms=NOON_MS - chance.randint(0, 20 * DAY_MS),
        )
        for number in range(count)
    ]


async def everything(world):
    return [await world.state(user) for user in USERS], world.counts()


async def test_an_acknowledged_event_counts_at_once(world):
    await world.ingest.write([new_event("e1", "ann", "i3", "unknown", "i4")])
    assert (await world.state("ann"))["history"] == [3, 4]
    assert world.signals.trending(NOON_MS).rows.tolist() == [3, 4]
    assert world.processor.offset == 1


async def test_a_duplicate_does_not_count_again(world):
    for _ in range(2):
        await world.ingest.write([new_event("e1", "ann", "i3")])
    assert (await world.state("ann"))["event_counts"] == {EventType.CLICK: 1}


async def test_a_restart_after_a_clean_stop_replays_nothing(world):
    await world.ingest.write(some_events(300))
    before = await everything(world)
    now_ms = world.data_clock.now_ms()
    await world.restart()
    assert world.processor.replayed_count == 0
    assert await everything(world) == before
    assert world.data_clock.now_ms() == now_ms


async def test_a_crash_replays_only_the_tail(world):
    await world.ingest.write(some_events(300, seed=1))
    await world.processor.checkpoint()
    await world.ingest.write(some_events(50, seed=2))
    before = await everything(world)
    await world.restart(save=False)
    assert world.processor.replayed_count == 50
    assert await everything(world) == before


async def test_a_crash_between_the_writes_of_a_checkpoint_counts_nothing_twice(world):
    await world.ingest.write(some_events(100, seed=1))
    await world.processor.checkpoint()
    await world.ingest.write(some_events(50, seed=2))
    before = await everything(world)
    # The states are saved, but neither the signals nor the checkpoint.
    await world.states.save()
    await world.restart(save=False)
    assert await everything(world) == before


async def test_a_rebuild_from_scratch_gives_the_same(world):
    for seed in range(5):
        await world.ingest.write(some_events(60, seed))
        await world.processor.checkpoint()
    before = await everything(world)
    await world.store.delete(VIEW, [KEY])
    await world.restart(save=False, replay_chunk=1_001)
    assert world.processor.replayed_count == 300
    assert await everything(world) == before


async def test_another_log_begins_anew(world, tmp_path):
    await world.ingest.write(some_events(20))
    await world.stop()
    for file in tmp_path.glob("events.db*"):
        file.unlink()
    await world.start()
    assert await world.states.get("ann") is NO_BEHAVIOUR
    assert world.counts()["popularity"] == []


async def test_events_appended_otherwise_are_met_by_catching_up(world):
    events = some_events(2_500)
    await world.events.append(events[:2_400])
    await world.processor.catch_up()
    assert world.processor.offset == 2_400
    # And by the next event, which must not overtake them.
    await world.events.append(events[2_400:2_450])
    await asyncio.gather(*(world.ingest.write([each]) for each in events[2_450:]))
    assert world.processor.offset == 2_500
    before = await everything(world)
    await world.store.delete(VIEW, [KEY])
    await world.restart(save=False)
    assert await everything(world) == before


async def test_erased_records_leave_gaps_that_do_not_stop_anything(world):
    await world.events.append([new_event("e1", "gone"), new_event("e2", "gone")])
    await world.events.erase("gone", erase_ms=NOON_MS)
    await world.ingest.write([new_event("e3", "ann", "i1")])
    assert (await world.state("ann"))["history"] == [1]
    assert world.processor.offset == 3


async def test_concurrent_writes_all_count(world):
    events = some_events(400)
    await asyncio.gather(*(world.ingest.write([each]) for each in events))
    states = [await world.state(user) for user in USERS]
    total = sum(sum(state["event_counts"].values()) for state in states)
    assert total == sum(len(each.event.items) for each in events)
    before = await everything(world)
    await world.store.delete(VIEW, [KEY])
    await world.restart(save=False)
    assert await everything(world) == before


async def test_a_store_that_fails_delays_events_but_loses_none(world, monkeypatch):
    async def fail(*_):
        raise UnavailableError("down")

    with monkeypatch.context() as patched:
        patched.setattr(world.store, "read", fail)
        (outcome,) = await world.ingest.write([new_event("e1", "ann", "i1")])
        assert outcome.offset == 1
        with pytest.raises(UnavailableError):
            await world.states.get("ann")
    await world.ingest.write([new_event("e2", "ann", "i2")])
    assert (await world.state("ann"))["history"] == [1, 2]


@pytest.mark.parametrize("broken_view", ["user_state", "item_signals", "checkpoint"])
async def test_a_checkpoint_that_fails_is_made_up_for(world, monkeypatch, broken_view):
    write = world.store.write

    async def fail(view, values, **options):
        if view == broken_view:
            raise UnavailableError("down")
        await write(view, values, **options)

    await world.ingest.write(some_events(50))
    before = await everything(world)
    with monkeypatch.context() as patched:
        patched.setattr(world.store, "write", fail)
        with pytest.raises(UnavailableError):
            await world.processor.checkpoint()
    await world.restart()
    assert world.processor.replayed_count == 0
    assert await everything(world) == before


async def test_a_merged_visitor_counts_as_the_user(world):
    await world.ingest.write(
        [
            new_event("e1", VISITOR, "i1", time_ms=NOON_MS - 3),
            new_event("e2", "ann", "i2", time_ms=NOON_MS - 2),
            new_event("e3", VISITOR, "i3", time_ms=NOON_MS - 1),
        ]
    )
    await world.profiles.merge("v1", "ann")
    assert await world.processor.merge_visitor("v1", "ann") == 2
    assert (await world.state("ann"))["history"] == [1, 2, 3]
    await world.ingest.write([new_event("e4", VISITOR, "i4")])
    assert (await world.state("visitor:v1"))["history"] == [1, 2, 3, 4]
    before = await world.state("ann")
    await world.restart(save=False)
    assert await world.state("ann") == before


async def test_a_merge_in_the_middle_of_writes_loses_nothing(world):
    events = [
        new_event(f"e{number}", (VISITOR, "ann")[number % 2], ITEMS[number % 20])
        for number in range(200)
    ]

    async def merge():
        await world.profiles.merge("v1", "ann")
        await world.processor.merge_visitor("v1", "ann")

    writes = [world.ingest.write([each]) for each in events]
    await asyncio.gather(*writes[:100], merge(), *writes[100:])
    assert (await world.state("ann"))["event_counts"] == {EventType.CLICK: 200}


async def test_a_forgotten_subject_has_no_behaviour_again(world):
    await world.ingest.write([new_event("e1", "ann", "i1")])
    await world.processor.checkpoint()
    await world.events.erase("ann", erase_ms=NOON_MS)
    assert await world.processor.forget("ann") == 1
    assert await world.states.get("ann") is NO_BEHAVIOUR
    await world.restart()
    assert await world.states.get("ann") is NO_BEHAVIOUR


async def test_a_caller_that_goes_away_does_not_undo_its_event(world):
    task = asyncio.ensure_future(world.ingest.write([new_event("e1", "ann", "i1")]))
    await asyncio.sleep(0)
    task.cancel()
    await world.ingest.close()
    assert (await world.state("ann"))["history"] == [1]


async def test_the_data_clock_follows_the_events(world):
    await world.ingest.write([new_event("e1", time_ms=NOON_MS - 500, is_imported=True)])
    assert world.data_clock.now_ms() == NOON_MS - 500


async def test_a_stop_that_cannot_save_is_made_up_for_by_the_next_start(world, monkeypatch, caplog):
    async def fail(*_, **__):
        raise UnavailableError("down")

    await world.ingest.write(some_events(50))
    before = await everything(world)
    with monkeypatch.context() as patched:
        patched.setattr(world.store, "write", fail)
        await world.processor.close()
    assert "could not be saved" in caplog.text
    await world.restart(save=False)
    assert world.processor.replayed_count == 50
    assert await everything(world) == before


async def test_regular_saves_go_on_after_failures_that_are_logged_once(
    tmp_path, monkeypatch, caplog
):
    failed = asyncio.Event()
    count = 0

    async def fail(*_, **__):
        nonlocal count
        count += 1
        if count == 3:
            failed.set()
        raise UnavailableError("down")

    world = World(tmp_path)
    await world.start(checkpoint_interval_s=0.01)
    with monkeypatch.context() as patched:
        patched.setattr(world.store, "write", fail)
        await world.ingest.write([new_event("e1", "ann", "i1")])
        await asyncio.wait_for(failed.wait(), 10)
    assert caplog.text.count("cannot be saved yet") == 1
    async with asyncio.timeout(10):
        while await read_checkpoint(world.store) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await world.stop()


async def test_progress_is_told_while_the_log_is_replayed(world):
    await world.ingest.write(some_events(5))
    await world.stop(save=False)
    told: list[int] = []
    await world.start(told.append)
    assert told == [5]


async def test_states_are_saved_regularly(tmp_path):
    world = World(tmp_path)
    await world.start(checkpoint_interval_s=0.01)
    await world.ingest.write([new_event("e1", "ann", "i1")])
    expected = await world.state("ann")
    async with asyncio.timeout(10):
        while await read_checkpoint(world.store) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await world.restart(save=False)
    assert world.processor.replayed_count == 0
    assert await world.state("ann") == expected
    await world.stop()
