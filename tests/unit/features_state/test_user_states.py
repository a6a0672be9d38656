"""States in memory over a store that may fail."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from server.core.errors import UnavailableError
from server.core.user_state import NO_BEHAVIOUR, UserState
from server.features.adapters.embedded_online import EmbeddedOnlineStore
from server.features.user_state_codec import StoredState
from server.features.user_states import VIEW, CachedUserStates
from tests.event_factory import SetClock


@pytest.fixture
async def store(tmp_path):
    store = EmbeddedOnlineStore(tmp_path / "online.db", SetClock())
    yield store
    await store.close()


def liked(*rows: int) -> StoredState:
    return StoredState(UserState(history=np.array(rows, np.int64), **lengths(len(rows))), len(rows))


def lengths(count):
    return {"history_ms": np.zeros(count, np.int64), "history_types": np.ones(count, np.uint8)}


def states_over(store, owners=None, capacity=2):
    return CachedUserStates(store, (owners or {}).get, capacity=capacity)


async def test_an_unknown_subject_has_no_behaviour(store):
    assert await states_over(store).get("ann") is NO_BEHAVIOUR


async def test_a_saved_state_is_read_by_others(store):
    states = states_over(store)
    states.put("ann", liked(1, 2))
    assert (await states.get("ann")).history.tolist() == [1, 2]
    await states.save()
    assert states.changed_count == 0
    assert (await states_over(store).get("ann")).history.tolist() == [1, 2]


async def test_more_subjects_than_fit_are_read_again(store):
    states = states_over(store, capacity=2)
    for number in range(10):
        states.put(f"u{number}", liked(number))
    await states.save()
    assert len(states._clean) == 2
    for number in range(10):
        assert (await states.get(f"u{number}")).history.tolist() == [number]
    assert len(states._clean) == 2


async def test_a_merged_visitor_has_the_users_state(store):
    states = states_over(store, owners={"v1": "ann", "v2": "user:x"})
    states.put("ann", liked(1))
    states.put("user:user:x", liked(2))
    assert (await states.get("visitor:v1")).history.tolist() == [1]
    assert (await states.get("visitor:v2")).history.tolist() == [2]
    assert await states.get("visitor:v3") is NO_BEHAVIOUR


async def test_what_could_not_be_saved_is_kept(store, monkeypatch):
    async def fail(*args, **options):
        states.put("bob", liked(3))
        raise UnavailableError("down")

    states = states_over(store)
    states.put("ann", liked(1))
    with monkeypatch.context() as patched:
        patched.setattr(store, "write", fail)
        with pytest.raises(UnavailableError):
            await states.save()
    assert states.changed_count == 2
    await states.save()
    assert (await states_over(store).get("ann")).history.tolist() == [1]
    assert (await states_over(store).get("bob")).history.tolist() == [3]


async def test_a_forgotten_subject_is_gone_everywhere(store):
    states = states_over(store)
    states.put("ann", liked(1))
    await states.save()
    states.put("ann", liked(1, 2))
    assert await states.forget("ann") == 1
    assert await states.get("ann") is NO_BEHAVIOUR
    await states.save()
    assert await store.read(VIEW, ["ann"]) == [None]
    assert await states.forget("ann") == 0


async def test_a_state_that_was_not_saved_yet_counts_as_forgotten(store):
    states = states_over(store)
    states.put("ann", liked(1))
    assert await states.forget("ann") == 1
    assert await states.forget("ann") == 0


async def test_a_read_that_an_erasure_overtakes_brings_nothing_back(store, monkeypatch):
    writer = states_over(store)
    writer.put("ann", liked(1))
    await writer.save()
    states, read = states_over(store), store.read
    started, finish = asyncio.Event(), asyncio.Event()

    async def slow_read(view, keys):
        found = await read(view, keys)
        started.set()
        await finish.wait()
        return found

    monkeypatch.setattr(store, "read", slow_read)
    getting = asyncio.ensure_future(states.get("ann"))
    await started.wait()
    await states.forget("ann")
    finish.set()
    assert await getting is NO_BEHAVIOUR


async def test_states_of_an_earlier_generation_do_not_count(store):
    states = states_over(store)
    states.begin(1)
    states.put("ann", liked(1))
    await states.save()
    states.begin(2)
    assert await states.get("ann") is NO_BEHAVIOUR
    states.begin(1)
    assert (await states.get("ann")).history.tolist() == [1]
