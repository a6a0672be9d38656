"""Approximate indexes: recall, filters, lookups, and giving way to something more exact."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from server.vector_index.adapters.faiss_index import FaissIndex
from server.vector_index.search_effort import list_count
from server.vector_index.settings import IndexKind, VectorIndexSettings, VectorStoreKind
from server.vector_index.snapshot import build_snapshot, read_snapshot, write_snapshot

ITEMS, DIMENSION, K = 4_000, 32, 100


def unit_vectors(count: int, seed: int) -> np.ndarray:
    """Latent eight dimensions and some noise, as trained vectors have."""
    mix = np.random.default_rng(0).standard_normal((8, DIMENSION))
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, 8)) @ mix
    vectors += 0.3 * random.standard_normal((count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


VECTORS = unit_vectors(ITEMS, 1)
QUERIES = unit_vectors(20, 2)


def settings(kind: IndexKind, **over) -> VectorIndexSettings:
    chosen = {
        "build_threads": 1,
        "components": 16,
        "verified_k": K,
        "exact_limit": 50,
        "target_recall": 0.98,
    }
    return VectorIndexSettings(kind=kind, **{**chosen, **over})


@pytest.fixture(scope="module")
def executor():
    with ThreadPoolExecutor(1) as threads:
        yield threads


KINDS = [IndexKind.IVF_PQ, IndexKind.IVF_SQ8, IndexKind.HNSW, IndexKind.HNSW_PQ]


@pytest.fixture(scope="module", params=KINDS)
def index(request, executor):
    chosen = settings(request.param)
    snapshot = build_snapshot(VECTORS, chosen)
    assert snapshot.report.kind is request.param
    return FaissIndex(snapshot, np.arange(ITEMS), chosen, executor)


async def recall(index, allowed=None) -> float:
    scores = QUERIES @ VECTORS.T
    if allowed is not None:
        scores[:, ~allowed] = -np.inf
    exact = np.argsort(-scores, axis=1)[:, :K]
    found = [(await index.search(query, K, allowed)).rows for query in QUERIES]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)]))


async def test_recall_on_unseen_queries(index):
    assert await recall(index) > 0.93


async def test_recall_under_a_wide_filter(index):
    allowed = np.arange(ITEMS) % 3 == 0
    found = await index.search(QUERIES[0], K, allowed)
    assert allowed[found.rows].all()
    assert len(found.rows) == K
    assert await recall(index, allowed) > 0.9


async def test_a_narrow_filter_is_searched_exactly(index):
    allowed = np.arange(ITEMS) % 200 == 0
    found = await index.search(QUERIES[0], K, allowed)
    assert sorted(found.rows) == list(range(0, ITEMS, 200))


async def test_scores_are_those_of_the_stored_vectors(index):
    found = await index.search(QUERIES[0], 10)
    assert found.scores == pytest.approx(VECTORS[found.rows] @ QUERIES[0], abs=0.01)
    assert (np.diff(found.scores) <= 0).all()


def test_stored_vectors_are_close_to_the_given_ones(index):
    rows = np.array([0, 17, ITEMS - 1])
    assert np.abs(index.vectors(rows) - VECTORS[rows]).max() < 0.01


def test_half_precision_stores_are_closer():
    snapshot = build_snapshot(VECTORS, settings(IndexKind.IVF_PQ, store=VectorStoreKind.FLOAT16))
    assert np.abs(snapshot.store.decode(np.arange(100)) - VECTORS[:100]).max() < 1e-3


def test_a_kind_that_misses_the_minimum_recall_gives_way():
    hard = np.random.default_rng(0).standard_normal((2_000, 64)).astype(np.float32)
    chosen = settings(IndexKind.IVF_PQ, minimum_recall=0.9999, components=8)
    report = build_snapshot(hard, chosen).report
    assert report.kind in (IndexKind.IVF_SQ8, IndexKind.FLAT)
    assert report.recall is None or report.recall >= 0.9999


def test_auto_is_exact_for_small_catalogues_and_approximate_for_large_ones():
    assert build_snapshot(VECTORS, settings(IndexKind.AUTO)).report.kind is IndexKind.FLAT
    large = settings(IndexKind.AUTO, flat_limit=3_000)
    assert build_snapshot(VECTORS, large).report.kind is IndexKind.IVF_PQ


def test_a_handful_of_vectors_is_always_exact():
    report = build_snapshot(VECTORS[:10], settings(IndexKind.HNSW)).report
    assert (report.kind, report.recall) == (IndexKind.FLAT, None)


async def test_a_written_snapshot_reads_back(index, tmp_path, executor):
    write_snapshot(index.snapshot, tmp_path)
    loaded = read_snapshot(tmp_path)
    assert loaded.report == index.snapshot.report
    again = FaissIndex(loaded, np.arange(ITEMS), settings(loaded.report.kind), executor)
    for query in QUERIES:
        before, after = await index.search(query, K), await again.search(query, K)
        assert before.rows.tolist() == after.rows.tolist()


def test_the_number_of_lists_follows_the_square_root():
    assert [list_count(n) for n in (1_000, 30_000, 1_000_000, 10**9)] == [32, 128, 1024, 4096]
