"""Search cost, recall, build time and memory of the vector index by kind.

    OMP_NUM_THREADS=1 python -m tests.bench.bench_vector_index [--items 1000000] [--kinds ivf_pq]

The vectors are those of the request benchmark (32 latent dimensions, noise 0.3, fixed seed); the
queries are held out. Every kind is built in a process of its own, as in serving, and loaded from
its file. `kernel_ms` is the CPU time of FAISS alone in a tight loop, `search_ms` with rows, ties
and order; both are medians over the queries. `served_ms` is the mean CPU of the whole process for
one `FaissIndex.search`, its thread and the event loop included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faiss
import numpy as np

from server.vector_index.adapters.faiss_index import FaissIndex
from server.vector_index.build import build_in_subprocess
from server.vector_index.row_view import RowView
from server.vector_index.settings import IndexKind, VectorIndexSettings, VectorStoreKind
from server.vector_index.snapshot import INDEX_FILE, build_snapshot, read_snapshot
from tests.bench.million import vectors

DIMENSION, SEED, QUERIES, K = 256, 7, 200, 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--kinds", nargs="+", default=["ivf_pq", "ivf_sq8"])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--components", type=int, default=64)
    parser.add_argument("--store", default="int8")
    chosen = parser.parse_args()
    tuned = {"components": chosen.components, "store": VectorStoreKind(chosen.store)}
    source = chosen.folder / f"shortlist-bench-vectors-{chosen.items}.npy"
    if not source.exists():
        vectors.write_item_vectors(source, chosen.items, DIMENSION, seed=SEED)
    queries_QD = vectors.draw_queries(QUERIES, DIMENSION, seed=SEED)
    items_MD = np.load(source, mmap_mode="r").view(np.ndarray)
    _, exact_QK = faiss.knn(queries_QD, items_MD, K, metric=faiss.METRIC_INNER_PRODUCT)
    faiss.omp_set_num_threads(1)
    for kind in chosen.kinds:
        settings = VectorIndexSettings(kind=IndexKind(kind), build_niceness=0, **tuned)
        with tempfile.TemporaryDirectory(dir=chosen.folder) as built:
            print(json.dumps(measure(settings, source, Path(built), queries_QD, exact_QK)))


def measure(settings, source, built, queries_QD, exact_QK) -> dict:
    if settings.kind is IndexKind.FLAT:
        snapshot = build_snapshot(np.load(source), settings)
    else:
        build_in_subprocess(source, built, settings)
        snapshot = read_snapshot(built)
    count = snapshot.report.count
    with ThreadPoolExecutor(1, initializer=lambda: faiss.omp_set_num_threads(1)) as executor:
        index = FaissIndex(snapshot, np.arange(count), settings, executor)
        served_ms = asyncio.run(_served_ms(index, queries_QD))
    view = RowView.of(snapshot, np.arange(count))
    shares = {
        f"filtered_{share}_ms": _filtered(view, queries_QD, count, share)
        for share in (0.5, 0.05, 0.005)
    }
    found = [snapshot.search(query, K)[0] for query in queries_QD]
    hits = [np.isin(a, b).mean() for a, b in zip(exact_QK, found, strict=True)]
    size = (built / INDEX_FILE).stat().st_size if (built / INDEX_FILE).exists() else 0
    return {
        "kind": snapshot.report.kind,
        "items": count,
        "k": K,
        "effort": [snapshot.report.effort.breadth, snapshot.report.effort.rescored],
        "sampled_recall": round(snapshot.report.recall or 1.0, 4),
        "recall": round(float(np.mean(hits)), 4),
        "kernel_ms": _cpu_ms(lambda query: snapshot.search(query, K), queries_QD),
        "search_ms": _cpu_ms(lambda query: view.search(query, K, None, 10_000), queries_QD),
        "served_ms": round(served_ms, 3),
        **shares,
        "lookup_2000_ms": _lookup(view, queries_QD, count),
        "build_s": snapshot.report.build_s,
        "file_mb": size >> 20,
    }


async def _served_ms(index: FaissIndex, queries_QD) -> float:
    await index.search(queries_QD[0], K)
    started = time.process_time()
    for query in queries_QD:
        await index.search(query, K)
    return (time.process_time() - started) / QUERIES * 1000


def _cpu_ms(work, queries_QD) -> float:
    work(queries_QD[0])
    taken = []
    for query in queries_QD:
        started = time.thread_time()
        work(query)
        taken.append(time.thread_time() - started)
    return round(statistics.median(taken) * 1000, 3)


def _filtered(view: RowView, queries_QD, count: int, share: float) -> float:
    allowed = np.random.default_rng(0).random(count) < share
    return _cpu_ms(lambda query: view.search(query, K, allowed, 10_000), queries_QD[:50])


def _lookup(view: RowView, queries_QD, count: int) -> float:
    rows = np.random.default_rng(0).permutation(count)[:2000]
    return _cpu_ms(lambda query: view.scores(rows, query), queries_QD)


if __name__ == "__main__":
    main()
