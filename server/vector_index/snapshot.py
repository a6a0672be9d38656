"""Built indexes: made, checked against exact search, written and read.

A snapshot numbers its vectors by position; which catalogue row a position stands for is decided
when it is put to use, so that one file serves any catalogue. Shape letters: P positions,
D dimensions, Q queries.
"""

from __future__ import annotations

import os
import sys
import time
from bisect import bisect_left
from dataclasses import asdict, dataclass
from pathlib import Path

import faiss
import numpy as np
import orjson
from numpy.typing import NDArray

from server.core.batch import Mask
from server.core.errors import ArtifactError
from server.vector_index.search_effort import (
    Effort,
    effort_grid,
    estimated_ns,
    list_count,
    search,
)
from server.vector_index.settings import IndexKind, VectorIndexSettings, VectorStoreKind
from server.vector_index.vector_store import VectorStore, store_of

INDEX_FILE = "index.faiss"
EMPTY_FILE = "empty.npy"
REPORT_FILE = "snapshot.json"
FORMAT = 1
_TRAINING_POINTS = 131_072
_CHUNK = 65_536
_IO_MMAP = getattr(faiss, "IO_FLAG_MMAP_IFC", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReport:
    """What was built; `recall` is None where search is exact."""

    kind: IndexKind
    count: int
    dimension: int
    effort: Effort
    recall: float | None
    verified_k: int
    build_s: float


@dataclass(frozen=True, slots=True)
class IndexSnapshot:
    """A searchable index with its vectors; immutable.

    Shapes: empty_P (P,) bool: positions whose vector is zero, which nothing is similar to.
    """

    index: faiss.Index
    report: SnapshotReport
    store: VectorStore
    empty_P: Mask

    def search(
        self,
        query_D: NDArray[np.float32],
        k: int,
        *,
        effort: Effort | None = None,
        selector: faiss.IDSelector | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return positions and scores of at most k, best first."""
        return search(self.index, query_D, k, effort or self.report.effort, selector)


def build_snapshot(vectors_PD: NDArray[np.float32], settings: VectorIndexSettings) -> IndexSnapshot:
    """Build the kind the settings ask for; an approximate one that misses `minimum_recall` gives
    way to the next more exact one."""
    best: IndexSnapshot | None = None
    for kind in kinds_to_try(len(vectors_PD), settings):
        best = _build(vectors_PD, kind, settings)
        if best.report.recall is None or best.report.recall >= settings.minimum_recall:
            break
    assert best is not None
    return best


def kinds_to_try(count: int, settings: VectorIndexSettings) -> list[IndexKind]:
    """Return the kinds to build for so many vectors, each if the one before it falls short."""
    # Quantisers cannot be trained on a handful of vectors.
    if count < 1000 or (settings.kind is IndexKind.AUTO and count <= settings.flat_limit):
        return [IndexKind.FLAT]
    first = IndexKind.IVF_PQ if settings.kind is IndexKind.AUTO else settings.kind
    if first is IndexKind.FLAT:
        return [IndexKind.FLAT]
    return list(dict.fromkeys([first, IndexKind.IVF_SQ8, IndexKind.FLAT]))


def _build(
    vectors_PD: NDArray[np.float32], kind: IndexKind, settings: VectorIndexSettings
) -> IndexSnapshot:
    started = time.perf_counter()
    faiss.omp_set_num_threads(settings.build_threads)
    count, dimension = vectors_PD.shape
    index = _empty_index(kind, count, dimension, settings)
    if count:
        points = np.random.default_rng(0).permutation(count)[:_TRAINING_POINTS]
        index.train(np.ascontiguousarray(vectors_PD[np.sort(points)]))
    for start in range(0, count, _CHUNK):
        index.add(np.ascontiguousarray(vectors_PD[start : start + _CHUNK]))
    effort, recall = _tuned_effort(index, vectors_PD, kind, settings)
    report = SnapshotReport(
        kind=kind,
        count=count,
        dimension=dimension,
        effort=effort,
        recall=recall,
        verified_k=min(settings.verified_k, count),
        build_s=round(time.perf_counter() - started, 3),
    )
    empty_P = np.zeros(count, np.bool_)
    for start in range(0, count, _CHUNK):
        empty_P[start : start + _CHUNK] = ~vectors_PD[start : start + _CHUNK].any(axis=1)
    return IndexSnapshot(index, report, store_of(index), empty_P)


def _empty_index(
    kind: IndexKind, count: int, dimension: int, settings: VectorIndexSettings
) -> faiss.Index:
    if kind is IndexKind.FLAT:
        return faiss.IndexFlatIP(dimension)
    store = (
        faiss.ScalarQuantizer.QT_8bit
        if settings.store is VectorStoreKind.INT8
        else faiss.ScalarQuantizer.QT_fp16
    )
    base = _searched(kind, count, dimension, settings)
    refined = faiss.IndexScalarQuantizer(dimension, store, faiss.METRIC_INNER_PRODUCT)
    return faiss.IndexRefine(base, refined)


def _searched(
    kind: IndexKind, count: int, dimension: int, settings: VectorIndexSettings
) -> faiss.Index:
    """Return the empty structure that finds candidates for re-scoring."""
    components = min(settings.components, dimension)
    links, lists = settings.hnsw_links, list_count(count)
    metric = faiss.METRIC_INNER_PRODUCT
    if kind is IndexKind.HNSW_PQ:
        index = faiss.IndexHNSWPQ(dimension, max(1, dimension // 8), links, 8, metric)
        index.hnsw.efConstruction = settings.hnsw_build_effort
        return index
    # IVF_SQ8 steps in where principal components lose too much: it keeps all dimensions.
    is_reduced = components < dimension and kind is not IndexKind.IVF_SQ8
    reduced = f"PCA{components}," if is_reduced else ""
    spec = {
        IndexKind.IVF_PQ: f"IVF{lists},PQ{components}x4fs",
        IndexKind.IVF_SQ8: f"IVF{lists},SQ8",
        IndexKind.HNSW: f"HNSW{links}_SQ8",
    }[kind]
    index = faiss.index_factory(dimension, reduced + spec, metric)
    inner = faiss.downcast_index(index.index) if reduced else index
    if isinstance(inner, faiss.IndexHNSW):
        inner.hnsw.efConstruction = settings.hnsw_build_effort
    return index


def _tuned_effort(
    index: faiss.Index,
    vectors_PD: NDArray[np.float32],
    kind: IndexKind,
    settings: VectorIndexSettings,
) -> tuple[Effort, float | None]:
    """Return the cheapest effort that reaches the target, or the best one, with its recall."""
    if kind is IndexKind.FLAT:
        return Effort(1.0, 1.0), None
    queries_QD = _sampled_queries(vectors_PD, settings.verified_queries)
    k = min(settings.verified_k, len(vectors_PD))
    _, exact_Qk = faiss.knn(queries_QD, vectors_PD, k, metric=faiss.METRIC_INNER_PRODUCT)
    faiss.omp_set_num_threads(1)
    breadths, factors = effort_grid(kind)
    tried: dict[Effort, float] = {}

    def reaches(breadth: float, factor: float) -> bool:
        effort = Effort(breadth, factor)
        tried[effort] = measured_recall(index, queries_QD, exact_Qk, effort)
        return tried[effort] >= settings.target_recall

    for factor in factors:
        # Recall only grows with breadth: bisect for the least that is enough.
        bisect_left(breadths, True, key=lambda breadth: reaches(breadth, factor))
    enough = [effort for effort, recall in tried.items() if recall >= settings.target_recall]
    if enough:
        best = min(enough, key=lambda effort: estimated_ns(effort, kind, len(vectors_PD), k))
    else:
        best = max(tried, key=lambda effort: tried[effort])
    return best, tried[best]


def measured_recall(
    index: faiss.Index,
    queries_QD: NDArray[np.float32],
    exact_Qk: NDArray[np.int64],
    effort: Effort,
) -> float:
    """Return the mean share of the exact k that the index finds."""
    k = exact_Qk.shape[1]
    found = [
        np.isin(search(index, query, k, effort)[0], exact, assume_unique=True).sum() / k
        for query, exact in zip(queries_QD, exact_Qk, strict=True)
    ]
    return float(np.mean(found))


def _sampled_queries(vectors_PD: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """Return normalised sums of two random vectors: users are mixtures, not items."""
    random = np.random.default_rng(1)
    pairs = random.integers(0, len(vectors_PD), (2, count))
    sums = vectors_PD[pairs[0]] + vectors_PD[pairs[1]]
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.ascontiguousarray(sums / np.maximum(norms, 1e-9), dtype=np.float32)


def write_snapshot(snapshot: IndexSnapshot, folder: Path) -> None:
    """Write into an existing folder; the report last, so that a half-written one is not read."""
    faiss.write_index(snapshot.index, str(folder / INDEX_FILE))
    np.save(folder / EMPTY_FILE, snapshot.empty_P)
    report = {"format": FORMAT, **asdict(snapshot.report)}
    (folder / REPORT_FILE).write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))


def read_snapshot(folder: Path) -> IndexSnapshot:
    """Map a written snapshot; the system reads it into memory meanwhile.

    Raises:
        ArtifactError: it is missing, of another format, or damaged.
    """
    try:
        raw = orjson.loads((folder / REPORT_FILE).read_bytes())
        if raw.pop("format") != FORMAT:
            raise ValueError("another format")
        raw["kind"], raw["effort"] = IndexKind(raw["kind"]), Effort(**raw["effort"])
        report = SnapshotReport(**raw)
        _read_ahead(folder / INDEX_FILE)
        index = faiss.read_index(str(folder / INDEX_FILE), _IO_MMAP)
        empty_P = np.load(folder / EMPTY_FILE, allow_pickle=False)
        if (index.ntotal, index.d, len(empty_P)) != (report.count, report.dimension, report.count):
            raise ValueError("report and index differ")
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f"{folder}: no readable index; remove the folder, it is built again"
        ) from error
    return IndexSnapshot(index, report, store_of(index), empty_P)


def _read_ahead(path: Path) -> None:
    """Have the system read a file in one go: searches look all over it, and page by page from a
    cold disk the first minute's requests would take a second each."""
    if sys.platform == "linux":
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
