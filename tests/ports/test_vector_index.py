"""Behaviour every vector index shares; runs against each adapter and kind."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from server.vector_index.adapters.exact_index import ExactIndex
from server.vector_index.adapters.faiss_index import FaissIndex
from server.vector_index.settings import IndexKind, VectorIndexSettings
from server.vector_index.snapshot import build_snapshot

DIMENSION = 8
ROWS = 40


def vector(row: int, turn: float = 0.0) -> np.ndarray:
    """Unit vectors on an arc: neighbouring rows are similar."""
    angle = row * np.pi / (2 * ROWS) + turn
    found = np.zeros(DIMENSION, np.float32)
    found[:2] = np.cos(angle), np.sin(angle)
    return found


def exact_index(settings, executor):
    index = ExactIndex(DIMENSION)
    index.upsert(np.arange(ROWS), np.array([vector(row) for row in range(ROWS)]))
    return index


def faiss_index(settings, executor):
    # Positions are not rows: position p of the snapshot is row ROWS - 1 - p.
    vectors = np.array([vector(ROWS - 1 - position) for position in range(ROWS)])
    return FaissIndex(
        build_snapshot(vectors, settings), np.arange(ROWS)[::-1].copy(), settings, executor
    )


def written_index(settings, executor):
    index = FaissIndex(
        build_snapshot(np.empty((0, DIMENSION), np.float32), settings),
        np.empty(0, np.int64),
        settings,
        executor,
    )
    for row in range(ROWS):
        index.upsert(np.array([row]), vector(row)[None])
    return index


@pytest.fixture
def executor():
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture(params=[exact_index, faiss_index, written_index])
def index(request, executor):
    settings = VectorIndexSettings(kind=IndexKind.FLAT, exact_limit=3)
    return request.param(settings, executor)


async def search(index, row, k, allowed=None):
    return (await index.search(vector(row), k, allowed)).rows.tolist()


async def test_the_best_come_first_with_their_inner_products(index):
    found = await index.search(vector(10), 3)
    assert found.rows.tolist() == [10, 9, 11]
    assert found.scores == pytest.approx([1, np.cos(np.pi / 80), np.cos(np.pi / 80)], abs=1e-6)
    assert found.rows.dtype == np.int64
    assert found.scores.dtype == np.float32


async def test_asking_for_more_than_there_is_returns_all(index):
    assert sorted(await search(index, 0, 100)) == list(range(ROWS))


async def test_asking_for_nothing_returns_nothing(index):
    assert await search(index, 0, 0) == []


async def test_a_wide_filter_keeps_only_allowed_rows(index):
    allowed = np.ones(ROWS, np.bool_)
    allowed[[9, 10]] = False
    assert await search(index, 10, 3, allowed) == [11, 8, 12]


async def test_a_narrow_filter_still_fills_the_page(index):
    allowed = np.zeros(ROWS, np.bool_)
    allowed[[30, 39]] = True
    assert await search(index, 0, 5, allowed) == [30, 39]


async def test_rows_past_the_filters_end_are_not_allowed(index):
    assert await search(index, 39, 2, np.ones(5, np.bool_)) == [4, 3]
    assert await search(index, 39, 2, np.ones(0, np.bool_)) == []


async def test_a_filter_longer_than_the_index_is_fine(index):
    assert await search(index, 39, 1, np.ones(1000, np.bool_)) == [39]


async def test_an_added_row_is_found_at_once(index):
    index.upsert(np.array([77]), vector(20, turn=0.001)[None])
    assert await search(index, 20, 2) == [20, 77]
    assert len(index) == ROWS + 1


async def test_a_replaced_row_has_only_its_new_vector(index):
    index.upsert(np.array([5]), vector(39)[None])
    assert 5 not in await search(index, 5, 3)
    assert await search(index, 39, 2) == [5, 39]
    index.upsert(np.array([5]), vector(0)[None])
    assert await search(index, 0, 2) == [0, 5]
    assert len(index) == ROWS


async def test_a_removed_row_is_gone_at_once(index):
    index.upsert(np.array([77]), vector(20)[None])
    index.remove(np.array([20, 77, 999]))
    assert await search(index, 20, 2) == [19, 21]
    assert len(index) == ROWS - 1


async def test_a_zero_vector_removes_its_row(index):
    index.upsert(np.array([3, 77]), np.zeros((2, DIMENSION), np.float32))
    assert len(index) == ROWS - 1
    assert 3 not in await search(index, 3, ROWS)


async def test_added_rows_obey_filters(index):
    index.upsert(np.array([50]), vector(10)[None])
    allowed = np.ones(51, np.bool_)
    allowed[10] = False
    assert await search(index, 10, 2, allowed) == [50, 9]
    allowed[50] = False
    assert await search(index, 10, 1, allowed) == [9]


async def test_equal_scores_are_ordered_by_row(index):
    index.upsert(np.array([60, 50]), np.array([vector(39), vector(39)]))
    assert await search(index, 39, 3) == [39, 50, 60]


async def test_an_emptied_index_finds_nothing(index):
    index.remove(np.arange(ROWS))
    assert len(index) == 0
    assert await search(index, 0, 5) == []


def test_vectors_are_looked_up_by_row(index):
    index.upsert(np.array([50]), vector(7)[None])
    index.remove(np.array([2]))
    found = index.vectors(np.array([1, 50, 2, 999, -1]))
    assert found.dtype == np.float32
    assert found[0] == pytest.approx(vector(1), abs=1e-6)
    assert found[1] == pytest.approx(vector(7), abs=1e-6)
    assert not found[2:].any()


def test_a_negative_row_among_known_ones_has_no_vector(index):
    found = index.vectors(np.array([1, -1]))
    assert found[0] == pytest.approx(vector(1), abs=1e-6)
    assert not found[1].any()


def test_scores_are_inner_products_by_row(index):
    index.upsert(np.array([50]), vector(7)[None])
    scores = index.scores(np.array([7, 50, 999]), vector(7))
    assert scores == pytest.approx([1, 1, 0], abs=1e-6)


def test_looking_nothing_up_keeps_the_dimension(index):
    assert index.vectors(np.empty(0, np.int64)).shape == (0, DIMENSION)
    assert index.scores(np.empty(0, np.int64), vector(0)).shape == (0,)
