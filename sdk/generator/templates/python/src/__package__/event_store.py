"""Where queued events wait: in memory, or in a file that survives the process."""

from __future__ import annotations

import asyncio
import os
import struct
import threading
import zlib
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

MAX_EVENTS = 10_000
MAX_BYTES = 5 * 1024 * 1024

# Kind, number of the event, length and checksum of its bytes.
_HEADER = struct.Struct("<cQII")
_ADDED, _REMOVED = b"+", b"-"
_FILE = "events.log"
_REWRITE_BYTES = 1024 * 1024


class EventStore(Protocol):
    """Keeps serialized events in order, under numbers that grow."""

    async def open(self) -> None:
        """Make ready; events of an earlier process are there from then on."""
        ...

    async def append(self, event: bytes) -> list[bytes]:
        """Keep an event; return the oldest ones, which were dropped for it."""
        ...

    def first(self, count: int, size_bytes: int) -> list[tuple[int, bytes]]:
        """Return the oldest events, at most so many and so large together, but at least one."""
        ...

    async def remove(self, numbers: list[int]) -> None:
        """Forget events."""
        ...

    def count(self) -> int:
        """Return how many there are."""
        ...

    def size_bytes(self) -> int:
        """Return how large they are together."""
        ...

    async def close(self) -> None:
        """Release what is held; the events stay where the store is durable."""
        ...


class MemoryStore:
    """Keeps events until the process ends."""

    def __init__(self, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._events: OrderedDict[int, bytes] = OrderedDict()
        self._next = 1
        self._size = 0

    async def open(self) -> None:
        """Do nothing."""

    async def append(self, event: bytes) -> list[bytes]:
        """Keep an event; return those dropped for it."""
        self._add(event)
        return [event for _, event in self._surplus()]

    def first(self, count: int, size_bytes: int) -> list[tuple[int, bytes]]:
        """Return the oldest events."""
        found: list[tuple[int, bytes]] = []
        size = 0
        for number, event in self._events.items():
            size += len(event)
            if found and (len(found) >= count or size > size_bytes):
                break
            found.append((number, event))
        return found

    async def remove(self, numbers: list[int]) -> None:
        """Forget events."""
        for number in numbers:
            self._discard(number)

    def count(self) -> int:
        """Return how many there are."""
        return len(self._events)

    def size_bytes(self) -> int:
        """Return how large they are together."""
        return self._size

    async def close(self) -> None:
        """Do nothing."""

    def _add(self, event: bytes) -> int:
        number = self._next
        self._next += 1
        self._events[number] = event
        self._size += len(event)
        return number

    def _discard(self, number: int) -> None:
        event = self._events.pop(number, None)
        self._size -= len(event) if event is not None else 0

    def _surplus(self) -> list[tuple[int, bytes]]:
        """Drop the oldest while there are too many; the newest stays."""
        dropped = []
        while len(self._events) > 1 and (
            len(self._events) > self._max_events or self._size > self._max_bytes
        ):
            number, event = next(iter(self._events.items()))
            self._discard(number)
            dropped.append((number, event))
        return dropped


class FileStore(MemoryStore):
    """Keeps events in a folder of its own; they survive a crash between any two bytes.

    A log of additions and removals, rewritten when most of it is past. One process at a time may
    use a folder.
    """

    def __init__(
        self,
        folder: str | Path,
        max_events: int = MAX_EVENTS,
        max_bytes: int = MAX_BYTES,
        *,
        fsync: bool = True,
    ) -> None:
        """`fsync`: survive the machine's crash too, not only the process's."""
        super().__init__(max_events, max_bytes)
        self._path = Path(folder) / _FILE
        self._fsync = fsync
        self._file: int | None = None
        self._past_bytes = 0
        self._turn = asyncio.Lock()
        # A caller that is cancelled leaves its thread writing; the next must wait for it.
        self._disk = threading.Lock()

    async def open(self) -> None:
        """Read what an earlier process left.

        Raises:
            BlockingIOError: another process uses the folder.
        """
        async with self._turn:
            if self._file is None:
                await asyncio.to_thread(self._open)

    async def append(self, event: bytes) -> list[bytes]:
        """Keep an event, durably; return those dropped for it.

        Raises:
            OSError: the disk did not take it; it is not kept.
        """
        async with self._turn:
            number = self._add(event)
            dropped = self._surplus()
            records = [_record(_ADDED, number, event)]
            records += [_record(_REMOVED, old, b"") for old, _ in dropped]
            try:
                await asyncio.to_thread(self._write, b"".join(records))
            except OSError:
                self._discard(number)
                raise
        return [each for _, each in dropped]

    async def remove(self, numbers: list[int]) -> None:
        """Forget events; a crash before this is written brings them back."""
        async with self._turn:
            self._past_bytes += sum(len(self._events.get(number, b"")) for number in numbers)
            await super().remove(numbers)
            await asyncio.to_thread(
                self._write, b"".join(_record(_REMOVED, number, b"") for number in numbers)
            )
            if self._past_bytes > max(_REWRITE_BYTES, self._size):
                await asyncio.to_thread(self._rewrite)

    async def close(self) -> None:
        """Close the file; the events stay in it."""
        async with self._turn:
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        with self._disk:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            _lock(file)
            if os.fstat(file).st_ino != self._path.stat().st_ino:
                raise BlockingIOError("another process has just rewritten the event log")
            content = self._path.read_bytes()
            whole = self._replay(content)
            if whole < len(content):
                # The last record was cut off by a crash; what follows must not be read as its rest.
                os.ftruncate(file, whole)
        except BaseException:
            os.close(file)
            raise
        self._file = file

    def _replay(self, content: bytes) -> int:
        """Apply the log's whole records and return their length in bytes."""
        place = 0
        while place + _HEADER.size <= len(content):
            kind, number, length, checksum = _HEADER.unpack_from(content, place)
            end = place + _HEADER.size + length
            event = content[place + _HEADER.size : end]
            if end > len(content) or zlib.crc32(event) != checksum:
                break
            if kind == _ADDED:
                self._next = number
                self._add(event)
            else:
                self._past_bytes += len(self._events.get(number, b""))
                self._discard(number)
            place = end
        return place

    def _write(self, content: bytes) -> None:
        with self._disk:
            if self._file is None:
                raise RuntimeError("the event store is not open")
            end = os.fstat(self._file).st_size
            try:
                while content:
                    content = content[os.write(self._file, content) :]
                if self._fsync:
                    os.fsync(self._file)
            except OSError:
                # Half a record would hide all that is written after it.
                os.ftruncate(self._file, end)
                raise

    def _rewrite(self) -> None:
        """Put a log of what is left in place of the log, at once or not at all."""
        draft = self._path.with_suffix(".draft")
        file = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            _lock(file)
            content = b"".join(_record(_ADDED, n, event) for n, event in self._events.items())
            while content:
                content = content[os.write(file, content) :]
            os.fsync(file)
            with self._disk:
                draft.replace(self._path)
                previous, self._file = self._file, file
        except BaseException:
            os.close(file)
            raise
        if previous is not None:
            os.close(previous)
        self._past_bytes = 0


def _record(kind: bytes, number: int, event: bytes) -> bytes:
    return _HEADER.pack(kind, number, len(event), zlib.crc32(event)) + event


def _lock(file: int) -> None:
    """Keep other processes out, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
