"""Behaviour every profile store shares; runs against each adapter."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from server.core.errors import InvalidRequestError, UserNotFoundError
from server.profiles.adapters.embedded_profiles import EmbeddedProfiles
from server.profiles.ports import Profile
from tests.event_factory import NOON_MS, SetClock


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture(params=["embedded"])
def opener(request, tmp_path, clock):
    return lambda: EmbeddedProfiles(tmp_path / "profiles.db", clock)


@pytest.fixture
async def store(opener):
    store = opener()
    yield store
    await store.close()


async def test_a_profile_comes_back_as_it_was_written(store):
    attributes = {"country": "DE", "tags": ("a", "b"), "age": 31.0}
    written = await store.update("ann", lambda _: Profile(user_id="ann", attributes=attributes))
    assert written == Profile(
        user_id="ann", attributes=attributes, create_ms=NOON_MS, update_ms=NOON_MS
    )
    assert await store.get("ann") == written
    assert await store.get("bob") is None


async def test_update_replaces_by_what_is_there(store, clock):
    await store.update("ann", lambda _: Profile(user_id="ann"))
    clock.ms += 5
    changed = await store.update("ann", lambda now: replace(now, attributes={"age": 3.0}))
    assert (changed.create_ms, changed.update_ms) == (NOON_MS, NOON_MS + 5)
    await store.update("ann", lambda now: replace(now, attributes={}), validate_only=True)
    assert await store.get("ann") == changed


async def test_a_change_may_refuse(store):
    def change(current):
        raise UserNotFoundError("ann")

    with pytest.raises(UserNotFoundError):
        await store.update("ann", change)


async def test_text_that_is_not_unicode_is_refused(store):
    with pytest.raises(InvalidRequestError):
        await store.update("a", lambda _: Profile(user_id="a", attributes={"x": "\ud800"}))


async def test_many_profiles_are_listed_by_id(store):
    await store.upsert([Profile(user_id=f"u{number:04}") for number in range(2_500)])
    await store.upsert([Profile(user_id="u0000", attributes={"age": 1.0})] * 2)
    listed = list(store.list())
    assert [each.user_id for each in listed] == [f"u{number:04}" for number in range(2_500)]
    assert listed[0].attributes == {"age": 1.0}


async def test_merges_are_remembered_across_restarts(opener):
    store = opener()
    assert await store.merge("v1", "ann")
    assert await store.merge("v2", "ann")
    assert not await store.merge("v1", "ann")
    with pytest.raises(InvalidRequestError):
        await store.merge("v1", "bob")
    await store.close()
    store = opener()
    assert (store.owner_of("v1"), store.owner_of("v9")) == ("ann", None)
    assert store.visitors_of("ann") == ["v1", "v2"]
    assert store.visitors_of("bob") == []
    await store.close()


async def test_erasure_takes_the_profile_and_its_merges(store):
    await store.update("ann", lambda _: Profile(user_id="ann"))
    await store.merge("v1", "ann")
    await store.merge("v2", "bob")
    assert await store.erase("ann") == 2
    assert await store.erase("ann") == 0
    assert await store.get("ann") is None
    assert (store.owner_of("v1"), store.owner_of("v2")) == (None, "bob")


async def test_what_was_read_before_a_write_is_not_read_after_it(store):
    assert await store.get("ann") is None
    for age in (1.0, 2.0):
        await store.update(
            "ann", lambda _, age=age: Profile(user_id="ann", attributes={"age": age})
        )
        assert (await store.get("ann")).attributes == {"age": age}
    await store.upsert([Profile(user_id="ann", attributes={"age": 3.0})])
    assert (await store.get("ann")).attributes == {"age": 3.0}
    await store.erase("ann")
    assert await store.get("ann") is None


async def test_reads_beside_writes_leave_nothing_old_behind(store):
    async def read():
        for _ in range(20):
            await store.get("ann")

    async def write():
        for age in range(20):
            await store.upsert([Profile(user_id="ann", attributes={"age": float(age)})])

    await asyncio.gather(read(), write(), read())
    assert (await store.get("ann")).attributes == {"age": 19.0}
