"""Behaviour every operation store shares; runs against each adapter."""

import inspect
from dataclasses import replace

import pytest

from server.core.errors import UnavailableError
from server.gateway.adapters.embedded_operations import EmbeddedOperations
from server.gateway.ports import OperationRecord
from tests.integration.gateway.fake_operations import MemoryOperations


@pytest.fixture(params=["memory", "embedded"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryOperations()
        return
    opened = EmbeddedOperations(tmp_path / "operations.sqlite")
    yield opened
    await opened.close()


def record(number, **over):
    fields = {"kind": "erase_user", "request": b"\x00r", "create_ms": number}
    return OperationRecord(name=f"operations/{number}", **(fields | over))


async def test_a_record_comes_back_whole(store):
    done = record(
        1, is_done=True, response=b"\x00a", error=b"e", done_count=2**40, total_count=2**41
    )
    await store.put(record(1))
    await store.put(done)
    assert await store.get("operations/1") == done
    assert await store.get("operations/2") is None


async def test_pages_are_by_name(store):
    for number in (3, 1, 2):
        await store.put(record(number))
    names = [each.name for each in await store.page(after="", limit=2)]
    assert names == ["operations/1", "operations/2"]
    assert [each.name for each in await store.page(after=names[-1], limit=2)] == ["operations/3"]
    assert await store.page(after="operations/3", limit=2) == []


async def test_pending_are_those_not_done(store):
    await store.put(record(2))
    await store.put(record(1))
    await store.put(record(3, is_done=True))
    assert [each.create_ms for each in await store.pending()] == [1, 2]
    await store.put(replace(record(1), is_done=True))
    assert [each.create_ms for each in await store.pending()] == [2]


async def test_records_are_deleted_by_name_or_by_age(store):
    for number in (1, 2, 3):
        await store.put(record(number, is_done=number != 1))
    assert await store.delete_done_before(3) == 1
    assert [each.create_ms for each in await store.page(after="", limit=9)] == [1, 3]
    assert await store.delete("operations/3")
    assert not await store.delete("operations/3")


async def test_the_embedded_store_survives_a_restart(tmp_path):
    path = tmp_path / "operations.sqlite"
    store = EmbeddedOperations(path)
    await store.put(record(1))
    await store.close()
    with pytest.raises(UnavailableError):
        await store.put(record(2))
    store = EmbeddedOperations(path)
    assert [each.create_ms for each in await store.pending()] == [1]
    await store.close()


def test_the_adapters_have_the_same_methods():
    for name, method in inspect.getmembers(MemoryOperations, inspect.iscoroutinefunction):
        theirs = getattr(EmbeddedOperations, name)
        assert list(inspect.signature(method).parameters) == list(
            inspect.signature(theirs).parameters
        )


async def test_what_was_replaced_is_not_left_in_the_files(store, tmp_path):
    await store.put(record(1, is_done=True, response=b"told once"))
    await store.put(record(1, is_done=True))
    await store.scrub()
    assert (await store.get("operations/1")).response == b""
    assert b"told once" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
