"""Searching while writing, and swapping a rebuilt snapshot in without missing a write."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from server.core.errors import ArtifactError, UnavailableError
from server.vector_index.adapters.faiss_index import FaissIndex, search_executor
from server.vector_index.rebuild import rebuild
from server.vector_index.settings import IndexKind, VectorIndexSettings
from server.vector_index.snapshot import build_snapshot

DIMENSION = 16
SETTINGS = VectorIndexSettings(
    kind=IndexKind.FLAT, build_threads=1, rebuild_minimum=5, rebuild_share=0.1, exact_limit=10
)


def one_hot(rows) -> np.ndarray:
    vectors = np.zeros((len(rows), DIMENSION), np.float32)
    vectors[np.arange(len(rows)), np.asarray(rows) % DIMENSION] = 1
    return vectors


@pytest.fixture
def executor():
    with search_executor(SETTINGS) as threads:
        yield threads


@pytest.fixture
def index(executor):
    rows = np.arange(DIMENSION)
    return FaissIndex(build_snapshot(one_hot(rows), SETTINGS), rows, SETTINGS, executor)


async def first(index, row) -> list[int]:
    found = await index.search(one_hot([row])[0], 2)
    return found.rows[found.scores > 0.5].tolist()


def test_a_rebuild_is_due_when_enough_has_changed(index):
    assert not index.is_rebuild_due()
    index.upsert(np.array([20, 21]), one_hot([4, 5]))
    index.remove(np.array([0, 1, 2]))
    assert not index.is_rebuild_due()
    index.remove(np.array([3]))
    assert index.is_rebuild_due()


async def test_a_rebuilt_index_holds_the_same_and_is_not_due(index, tmp_path):
    index.upsert(np.array([20, 21, 3]), one_hot([4, 5, 6]))
    index.remove(np.array([0, 1, 2, 21]))
    await asyncio.to_thread(rebuild, index, SETTINGS, tmp_path)
    assert not index.is_rebuild_due()
    assert len(index) == 14
    assert await first(index, 4) == [4, 20]
    assert await first(index, 6) == [3, 6]
    assert await first(index, 0) == []
    assert list(tmp_path.iterdir()) == []


async def test_writes_during_a_rebuild_are_kept(index):
    view = index.begin_rebuild()
    rows = view.rows_P.copy()
    index.upsert(np.array([30]), one_hot([7]))
    index.upsert(np.array([8]), one_hot([9]))
    index.remove(np.array([5]))
    index.adopt(build_snapshot(one_hot(rows), SETTINGS), rows)
    assert await first(index, 7) == [7, 30]
    assert await first(index, 9) == [8, 9]
    assert await first(index, 8) == []
    assert await first(index, 5) == []


def test_a_failed_build_leaves_the_index_as_it_was(index, tmp_path):
    before = index.snapshot
    with pytest.raises(ArtifactError, match="rebuild failed"):
        rebuild(index, SETTINGS, tmp_path / "missing")
    assert index.snapshot is before


async def test_a_rebuild_of_an_emptied_index(index, tmp_path):
    index.remove(np.arange(DIMENSION))
    await asyncio.to_thread(rebuild, index, SETTINGS, tmp_path)
    assert len(index) == 0
    index.upsert(np.array([1]), one_hot([1]))
    assert await first(index, 1) == [1]


async def test_searches_are_right_while_rows_are_written(index):
    """Row 100 always has a vector on axis 0 or 1; other rows come and go."""
    index.upsert(np.array([100]), one_hot([0]))
    stop = threading.Event()
    failures = []

    def write() -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            index.upsert(np.array([100]), one_hot([turn % 2]))
            index.upsert(np.array([200 + turn % 50]), one_hot([3]))
            index.remove(np.array([200 + (turn + 25) % 50]))

    writer = threading.Thread(target=write)
    writer.start()
    query = one_hot([0])[0] + one_hot([1])[0]
    try:
        for _ in range(300):
            found = await index.search(query, DIMENSION)
            rows = found.rows.tolist()
            if rows.count(100) != 1 or len(set(rows)) != len(rows):
                failures.append(rows)
    finally:
        stop.set()
        writer.join()
    assert failures == []


async def test_a_closed_executor_is_unavailable(monkeypatch):
    executor = ThreadPoolExecutor(1)
    rows = np.arange(40_000)
    vectors = np.random.default_rng(0).random((len(rows), DIMENSION), np.float32)
    index = FaissIndex(build_snapshot(vectors, SETTINGS), rows, SETTINGS, executor)
    assert len((await index.search(vectors[0], 3)).rows) == 3
    executor.shutdown()
    with pytest.raises(UnavailableError):
        await index.search(vectors[0], 3)


async def test_positions_without_a_row_and_zero_vectors_are_not_found(executor):
    vectors = one_hot(np.arange(4))
    vectors[2] = 0
    snapshot = build_snapshot(vectors, SETTINGS)
    index = FaissIndex(snapshot, np.array([7, -1, 8, 9]), SETTINGS, executor)
    assert len(index) == 2
    assert await first(index, 0) == [7]
    assert await first(index, 1) == []
    assert not index.vectors(np.array([8])).any()
