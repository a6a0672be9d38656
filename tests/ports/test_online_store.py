"""Behaviour every online store shares; runs against each adapter."""

from __future__ import annotations

import pytest

from server.features.adapters.embedded_online import EmbeddedOnlineStore
from tests.event_factory import SetClock


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture(params=["embedded"])
def opener(request, tmp_path, clock):
    return lambda: EmbeddedOnlineStore(tmp_path / "online.db", clock)


@pytest.fixture(params=["buffered", "flushed"])
async def store(opener, request):
    """A store; every suite runs on values in memory and on values on disk."""
    store = opener()
    if request.param == "flushed":
        write = store.write

        async def write_through(*args, **options):
            await write(*args, **options)
            await store.flush()

        store.write = write_through
    yield store
    await store.close()


async def test_what_was_written_is_read(store):
    await store.write("feed", {"a": b"1", "b": b""})
    assert await store.read("feed", ["b", "missing", "a", "a"]) == [b"", None, b"1", b"1"]
    assert await store.read("feed", ["a"]) == [b"1"]
    assert await store.read("other", ["a"]) == [None]
    assert await store.read("feed", []) == []


async def test_the_last_write_wins(store):
    await store.write("feed", {"a": b"1"})
    await store.write("feed", {"a": b"2"})
    assert await store.read("feed", ["a"]) == [b"2"]


async def test_values_expire(store, clock):
    await store.write("feed", {"a": b"1"}, ttl_s=10)
    await store.write("feed", {"b": b"1"})
    clock.ms += 9_999
    assert await store.read("feed", ["a", "b"]) == [b"1", b"1"]
    clock.ms += 1
    assert await store.read("feed", ["a", "b"]) == [None, b"1"]


async def test_a_write_renews_or_removes_the_expiry(store, clock):
    await store.write("feed", {"a": b"1", "b": b"1"}, ttl_s=10)
    await store.write("feed", {"a": b"2"}, ttl_s=20)
    await store.write("feed", {"b": b"2"})
    clock.ms += 15_000
    assert await store.read("feed", ["a", "b"]) == [b"2", b"2"]


async def test_deleted_keys_are_gone(store):
    await store.write("feed", {"a": b"1", "b": b"2"})
    assert await store.delete("feed", ["a", "missing"]) == 1
    assert await store.read("feed", ["a", "b"]) == [None, b"2"]
    assert await store.delete("feed", []) == 0


async def test_many_keys_are_read_at_once(store):
    values = {f"k{number}": str(number).encode() for number in range(2_345)}
    await store.write("feed", values)
    assert await store.read("feed", list(values)) == list(values.values())


async def test_values_survive_a_restart(opener):
    store = opener()
    await store.write("feed", {"a": b"\x00\xff"})
    await store.close()
    store = opener()
    assert await store.read("feed", ["a"]) == [b"\x00\xff"]
    await store.close()
