"""`kill -9` in the middle of many writes: every acknowledged event is there exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from server.core.errors import ArtifactError
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.storage.data_directory import DataDirectory
from tests.event_factory import SetClock, new_event
from tests.stream_world import World

ROOT = Path(__file__).resolve().parent.parent.parent
EVENTS = 10_000

# Writes 10,000 events at once and prints the id of each as soon as it is acknowledged.
WRITER = """
import asyncio, os, sys
from pathlib import Path
from server.storage.data_directory import DataDirectory
from tests.event_factory import new_event
from tests.stream_world import ITEMS, World

async def main():
    folder = Path(sys.argv[1])
    DataDirectory.lock(folder)
    world = await World(folder).start()
    async def write(number):
        event = new_event(f"e{number}", f"u{number % 50}", ITEMS[number % 20])
        (outcome,) = await world.ingest.write([event])
        os.write(1, f"{outcome.offset} e{number}\\n".encode())
    await asyncio.gather(*(write(number) for number in range(int(sys.argv[2]))))

asyncio.run(main())
"""


def start_writer(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(EVENTS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def acknowledged_until_kill(writer: subprocess.Popen[bytes], count: int) -> dict[str, int]:
    """Read `count` acknowledgements, kill the writer, and read what it still had written."""
    with writer:
        lines = [writer.stdout.readline() for _ in range(count)]
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.read().splitlines(keepends=True)
    # The last line may be cut; it was then not seen by anyone.
    whole = [line.split() for line in lines if line.endswith(b"\n")]
    return {event_id.decode(): int(offset) for offset, event_id in whole}


@pytest.mark.parametrize("count", [1, 700, 4_000, 9_000])
async def test_every_acknowledged_event_is_there_exactly_once(tmp_path, count):
    acknowledged = acknowledged_until_kill(start_writer(tmp_path), count)
    assert len(acknowledged) >= count
    DataDirectory.lock(tmp_path).release()

    log = EmbeddedEventLog(tmp_path / "events.db", SetClock())
    records = list(log.scan())
    await log.close()
    times = Counter(record.event.event_id for record in records)
    assert set(times.values()) == {1}
    offsets = {record.event.event_id: record.offset for record in records}
    assert {event_id: offsets[event_id] for event_id in acknowledged} == acknowledged

    # What is computed from the log agrees with it, and the rest can be sent again.
    world = await World(tmp_path).start()
    popularity = world.signals.popularity()
    assert popularity.sum() == len(records)
    again = [new_event(f"e{number}", f"u{number % 50}", f"i{number % 20}") for number in range(100)]
    outcomes = await world.ingest.write(again)
    assert [outcome.is_duplicate for outcome in outcomes] == [
        new.event.event_id in offsets for new in again
    ]
    await world.stop()


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path):
    writer = start_writer(tmp_path)
    assert writer.stdout.readline()
    with pytest.raises(ArtifactError, match=f"in use by process {writer.pid}"):
        DataDirectory.lock(tmp_path)
    # Readers need no lock.
    log = EmbeddedEventLog(tmp_path / "events.db", SetClock(), is_read_only=True)
    assert next(iter(log.scan())).offset == 1
    writer.kill()
    with writer:
        writer.communicate()
    DataDirectory.lock(tmp_path).release()
