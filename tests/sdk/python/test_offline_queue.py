"""The queue's file: what is enqueued survives the process and arrives exactly once."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from shortlist_sdk import ApiKey, Client, FileStore, v1
from shortlist_sdk.event_store import MemoryStore
from tests.sdk.live_server import LiveServer

SDK = Path(__file__).resolve().parents[3] / "sdk" / "python"

# Enqueues without end to a server that is not there, and says so after each event.
ENQUEUE = """
import asyncio, sys
from shortlist_sdk import Client, QueueOptions, v1

async def main(folder, user):
    client = Client("http://127.0.0.1:1")
    queue = client.event_queue(folder=folder, options=QueueOptions(max_age_s=3600))
    for number in range(1_000_000):
        event_id = await queue.enqueue(v1.Event(
            type=v1.EventType.VIEW, user_id=user, items=[v1.EventItem(item_id="i001")]))
        print(event_id, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.feature("offline_queue")
async def test_killed_between_enqueue_and_flush_all_arrive_exactly_once(
    shop: LiveServer, tmp_path: Path
):
    user = f"offline-{uuid.uuid4().hex[:12]}"
    enqueued: list[str] = []
    for _ in range(3):
        enqueued += _enqueue_and_kill(tmp_path, user)
    assert len(enqueued) >= 30

    endpoint = f"http://127.0.0.1:{shop.process.port}"
    async with Client(endpoint, ApiKey(shop.api_keys["admin"])) as client:
        # A crash may also come after the server's answer, before it is noted.
        copy = tmp_path / "copy"
        copy.mkdir()
        (copy / "events.log").write_bytes((tmp_path / "events.log").read_bytes())
        for folder in (tmp_path, copy):
            queue = client.event_queue(folder=folder)
            assert await queue.close(timeout_s=30)
            assert queue.rejected_count == queue.dropped_count == 0
        arrived = await _events_of(client, shop, user)
    # One that was written when the process was killed may not have been told about.
    assert set(enqueued) <= set(arrived)
    assert len(arrived) == len(set(arrived)) <= len(enqueued) + 3


def _enqueue_and_kill(folder: Path, user: str) -> list[str]:
    with subprocess.Popen(
        [sys.executable, "-c", ENQUEUE, folder, user],
        env={**os.environ, "PYTHONPATH": str(SDK / "src")},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        lines = [process.stdout.readline().strip() for _ in range(10)]
        process.send_signal(signal.SIGKILL)
        # Not `communicate`, which knows nothing of what `readline` has read ahead.
        rest = process.stdout.read()
    return [line for line in (*lines, *rest.splitlines()) if len(line) == 36]


async def _events_of(client: Client, shop: LiveServer, user: str) -> list[str]:
    operation = await client.users.export_user(name=f"users/{user}")
    export = await operation.wait(timeout_s=30)
    folder = shop.process.data_dir / "exports"
    found = []
    for name in export.files:
        if "event" in Path(name).name:
            lines = (folder / name).read_text().splitlines()
            found += [json.loads(line) for line in lines]
    assert export.event_count == len(found)
    return [each["event_id"] for each in found]


async def test_a_log_cut_anywhere_keeps_all_that_was_whole(tmp_path: Path):
    store = FileStore(tmp_path / "whole")
    await store.open()
    for event in (b"first", b"second", b"third"):
        await store.append(event)
    await store.remove([1])
    await store.close()
    content = (tmp_path / "whole" / "events.log").read_bytes()
    header = len(content) // 4 - (5 + 6 + 5) // 4
    ends = [header + 5, 2 * header + 11, 3 * header + 16, len(content)]
    for cut in range(len(content) + 1):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / "events.log").write_bytes(content[:cut])
        again = FileStore(folder, fsync=False)
        await again.open()
        whole = sum(cut >= end for end in ends)
        wanted = [b"first", b"second", b"third"][: min(whole, 3)]
        if whole == 4:
            wanted = wanted[1:]
        assert [event for _, event in again.first(10, 1000)] == wanted, cut
        # What comes after the cut is read again too.
        await again.append(b"later")
        await again.close()
        last = FileStore(folder, fsync=False)
        await last.open()
        assert [event for _, event in last.first(10, 1000)] == [*wanted, b"later"], cut
        await last.close()


async def test_a_byte_that_changed_ends_what_is_read(tmp_path: Path):
    store = FileStore(tmp_path)
    await store.open()
    await store.append(b"first")
    await store.append(b"second")
    await store.close()
    path = tmp_path / "events.log"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    again = FileStore(tmp_path)
    await again.open()
    assert [event for _, event in again.first(10, 1000)] == [b"first"]
    await again.close()


async def test_the_file_does_not_grow_with_what_is_past(tmp_path: Path):
    store = FileStore(tmp_path, fsync=False)
    await store.open()
    for number in range(60):
        await store.append(bytes([number]) * 100_000)
        numbers = [each for each, _ in store.first(1, 1)]
        if number >= 2:
            await store.remove(numbers)
    assert (tmp_path / "events.log").stat().st_size < 2_000_000
    await store.close()
    again = FileStore(tmp_path)
    await again.open()
    assert [event[0] for _, event in again.first(10, 1_000_000)] == [58, 59]
    await again.append(b"next")
    assert [event[:1] for _, event in again.first(10, 1_000_000)] == [b"\x3a", b"\x3b", b"n"]
    await again.close()


async def test_a_full_disk_loses_the_one_event_and_no_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    store = FileStore(tmp_path)
    await store.open()
    await store.append(b"first")
    write = os.write

    def half(file: int, content: bytes) -> int:
        monkeypatch.setattr(os, "write", full)
        return write(file, content[: len(content) // 2])

    def full(file: int, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(OSError, match="no space"):
        await store.append(b"second")
    monkeypatch.setattr(os, "write", write)
    assert [event for _, event in store.first(10, 1000)] == [b"first"]
    await store.append(b"third")
    await store.close()
    again = FileStore(tmp_path)
    await again.open()
    assert [event for _, event in again.first(10, 1000)] == [b"first", b"third"]
    await again.close()


async def test_two_processes_cannot_share_a_folder(tmp_path: Path):
    first, second = FileStore(tmp_path), FileStore(tmp_path)
    await first.open()
    with pytest.raises(BlockingIOError):
        await second.open()
    await first.close()
    await second.open()
    await second.close()


@pytest.mark.parametrize("durable", [False, True])
async def test_a_full_store_drops_the_oldest(tmp_path: Path, durable: bool):
    limits = {"max_events": 3, "max_bytes": 100}
    store = FileStore(tmp_path, **limits) if durable else MemoryStore(**limits)
    await store.open()
    dropped = [await store.append(name.encode() * 10) for name in "abcd"]
    assert dropped == [[], [], [], [b"a" * 10]]
    assert await store.append(b"e" * 85) == [b"b" * 10, b"c" * 10]
    assert (store.count(), store.size_bytes()) == (2, 95)
    # The newest stays, however large it is.
    assert await store.append(b"f" * 500) == [b"d" * 10, b"e" * 85]
    await store.close()
    if durable:
        again = FileStore(tmp_path, **limits)
        await again.open()
        assert [event[:1] for _, event in again.first(10, 1000)] == [b"f"]
        await again.close()


async def test_an_event_is_on_disk_when_enqueue_returns(tmp_path: Path):
    client = Client("http://127.0.0.1:1")
    queue = client.event_queue(folder=tmp_path)
    event_id = await queue.enqueue(v1.Event(user_id="u"))
    assert event_id.encode() in (tmp_path / "events.log").read_bytes()
    started = time.monotonic()
    assert not await queue.close(timeout_s=0.2)
    assert time.monotonic() - started < 2
    await client.close()
