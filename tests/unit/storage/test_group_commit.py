"""Many writers, one transaction, and failures that stay with their own."""

from __future__ import annotations

import asyncio
import threading

import apsw
import pytest

from server.core.errors import OverloadedError, UnavailableError
from server.storage.group_commit import GroupCommit
from server.storage.sqlite_database import SqliteDatabase
from server.storage.sqlite_reader import SqliteReader


@pytest.fixture
def database(tmp_path):
    return SqliteDatabase(
        path=tmp_path / "words.db",
        application_id=7,
        migrations=("CREATE TABLE words(word TEXT UNIQUE)",),
    )


@pytest.fixture
async def writer(database):
    writer = GroupCommit(database, queue_limit=100)
    yield writer
    await writer.close()


@pytest.fixture
async def reader(database, writer):
    reader = SqliteReader(database)
    yield reader
    await reader.close()


def insert(word: str):
    def work(connection: apsw.Connection) -> str:
        connection.execute("INSERT INTO words VALUES (?)", (word,))
        return word

    return work


async def words(reader: SqliteReader) -> list[str]:
    return await reader.run(
        lambda connection: [word for (word,) in connection.execute("SELECT word FROM words")]
    )


async def held(writer: GroupCommit):
    """Keep the writer busy, so that what follows shares a transaction; return the release."""
    entered, release = threading.Event(), threading.Event()

    def wait(connection: apsw.Connection) -> None:
        entered.set()
        assert release.wait(10)

    task = asyncio.ensure_future(writer.maintain(wait))
    await asyncio.to_thread(entered.wait)
    return task, release


async def test_a_result_comes_after_the_commit(writer, reader):
    assert await writer.run(insert("a")) == "a"
    assert await words(reader) == ["a"]


async def test_one_that_fails_undoes_itself_alone(writer, reader):
    def broken(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO words VALUES ('broken')")
        raise KeyError("mine")

    task, release = await held(writer)
    calls = [insert("a"), broken, insert("a"), insert("b")]
    gathering = asyncio.gather(*map(writer.run, calls), return_exceptions=True)
    await asyncio.sleep(0)
    assert writer.queue_depth == 4
    release.set()
    await task
    outcomes = await gathering
    assert [outcomes[0], outcomes[3]] == ["a", "b"]
    assert isinstance(outcomes[1], KeyError)
    assert isinstance(outcomes[2], UnavailableError)
    assert await words(reader) == ["a", "b"]


async def test_one_that_fails_alone_undoes_itself_too(writer, reader):
    def broken(connection: apsw.Connection) -> None:
        connection.execute("INSERT INTO words VALUES ('broken')")
        raise KeyError("mine")

    with pytest.raises(KeyError):
        await writer.run(broken)
    assert await words(reader) == []


async def test_neighbours_with_the_same_work_are_merged(writer):
    calls: list[list[int]] = []

    def double(connection: apsw.Connection, numbers) -> list[int]:
        calls.append(list(numbers))
        return [2 * number for number in numbers]

    task, release = await held(writer)
    doubling = [writer.run_merged(double, number) for number in range(3)]
    gathering = asyncio.gather(*doubling, writer.run(insert("a")), writer.run_merged(double, 9))
    await asyncio.sleep(0)
    release.set()
    await task
    assert await gathering == [0, 2, 4, "a", 18]
    assert calls == [[0, 1, 2], [9]]


async def test_merged_work_that_fails_fails_for_each_with_an_error_of_its_own(writer):
    def fail(connection: apsw.Connection, numbers) -> list[int]:
        raise OverloadedError("full", 2.5)

    task, release = await held(writer)
    gathering = asyncio.gather(
        *(writer.run_merged(fail, number) for number in range(3)), return_exceptions=True
    )
    await asyncio.sleep(0)
    release.set()
    await task
    errors = await gathering
    assert len({id(error) for error in errors}) == 3
    assert all((str(error), error.retry_after_s) == ("full", 2.5) for error in errors)


async def test_results_are_published_in_commit_order_before_callers_go_on(writer):
    seen: list[str] = []
    await asyncio.gather(
        *(writer.run(insert(str(number)), publish=seen.append) for number in range(20))
    )
    assert seen == [str(number) for number in range(20)]


async def test_a_result_is_published_although_its_caller_went_away(writer):
    seen: list[str] = []
    task = asyncio.ensure_future(writer.run(insert("a"), publish=seen.append))
    await asyncio.sleep(0)
    task.cancel()
    await writer.run(insert("b"))
    assert seen == ["a"]


async def test_what_publishing_raises_reaches_the_caller(writer):
    def broken(_: str) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError):
        await writer.run(insert("a"), publish=broken)
    assert await writer.run(insert("b")) == "b"


async def test_a_full_queue_refuses_at_once(writer):
    task, release = await held(writer)
    waiting = [asyncio.ensure_future(writer.run(insert(str(number)))) for number in range(100)]
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError) as caught:
        await writer.run(insert("too many"))
    assert caught.value.retry_after_s > 0
    release.set()
    await task
    assert len(await asyncio.gather(*waiting)) == 100


async def test_closing_finishes_what_is_queued(database):
    writer = GroupCommit(database)
    waiting = [asyncio.ensure_future(writer.run(insert(str(number)))) for number in range(50)]
    await asyncio.sleep(0)
    await writer.close()
    await writer.close()
    assert len(await asyncio.gather(*waiting)) == 50
    with pytest.raises(UnavailableError, match="closed"):
        await writer.run(insert("late"))


async def test_a_closed_reader_says_so(database, writer):
    reader = SqliteReader(database)
    await reader.close()
    await reader.close()
    with pytest.raises(UnavailableError, match="closed"):
        await words(reader)


async def test_cutting_the_log_does_not_wait_for_readers(writer, database):
    await writer.run(insert("a"))
    reading = database.open_reader()
    rows = reading.execute("SELECT * FROM words")
    next(rows)
    await writer.run(insert("b"))
    async with asyncio.timeout(2):
        await writer.scrub()
    assert database.path.with_name("words.db-wal").stat().st_size > 0
    reading.close(True)
    await writer.scrub()
    assert database.path.with_name("words.db-wal").stat().st_size == 0
