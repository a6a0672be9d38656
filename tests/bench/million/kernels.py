"""The numeric work of one request and nothing else, in a tight loop: what the server is held to.

Runs in a process of its own with the server's thread counts, so that neither warms the other's
caches: `python -m tests.bench.million.kernels DATA_DIR` prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from pathlib import Path

import faiss
import numpy as np

from server.embeddings.adapters.onnx_session import OnnxFunction
from server.model_registry.artifact import open_artifact
from server.rankers.settings import RankerSettings
from server.vector_index.settings import VectorIndexSettings
from server.vector_index.snapshot import IndexSnapshot
from server.vector_index.snapshot_cache import SnapshotCache
from tests.bench.million import vectors
from tests.bench.million.version_folder import DIMENSION, FEATURES, HEADS

K, SHORTLIST, ROUNDS, QUERIES = 1000, 500, 60, 200
SEED = 3


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    data_dir = Path(sys.argv[1])
    faiss.omp_set_num_threads(1)
    artifact = open_artifact(data_dir / "models" / "bench", digest_limit_bytes=0)
    manifest = artifact.manifest
    cache = SnapshotCache(data_dir / "index-cache", VectorIndexSettings())
    indexes = [
        cache.open_or_build(artifact.path(name), manifest.files[name].sha256)
        for name in (manifest.retrieval.item_vectors, manifest.content.item_vectors)
    ]
    threads = RankerSettings().threads
    ranker = OnnxFunction(
        artifact.path(manifest.ranker.onnx),
        inputs=("features", "wide"),
        output="probabilities",
        threads=threads,
    )
    rng = np.random.default_rng(0)
    features = rng.standard_normal((SHORTLIST, FEATURES), np.float32)
    wide = rng.standard_normal((SHORTLIST, len(HEADS)), np.float32)
    queries = [vectors.draw_queries(QUERIES, DIMENSION, seed=SEED + shift) for shift in (0, 100)]
    report = {
        **_timed(indexes, queries, lambda: ranker(features=features, wide=wide)),
        "recall_at_1000": _recall(indexes[0], artifact.path("item_vectors.npy"), queries[0]),
        "index_kind": str(indexes[0].report.kind),
        "ranker_threads": threads,
    }
    print(json.dumps(report))
    return 0


def _timed(indexes, queries, rank) -> dict[str, float]:
    parts: dict[str, list[float]] = {"search_ms": [], "ranker_ms": [], "wall_ms": []}
    for number in range(ROUNDS + 10):
        wall, start = time.perf_counter(), cpu_s()
        for index, some in zip(indexes, queries, strict=True):
            index.search(some[number % QUERIES], K)
        searched = cpu_s()
        rank()
        if number >= 10:
            parts["search_ms"].append(1000 * (searched - start))
            parts["ranker_ms"].append(1000 * (cpu_s() - searched))
            parts["wall_ms"].append(1000 * (time.perf_counter() - wall))
    found = {f"kernel_{name}": statistics.mean(values) for name, values in parts.items()}
    found["kernel_cpu_ms"] = found["kernel_search_ms"] + found["kernel_ranker_ms"]
    return found


def _recall(index: IndexSnapshot, path: Path, queries: np.ndarray) -> float:
    """Return the share of the exact best 1,000 that the index finds."""
    items_MD = np.load(path, mmap_mode="r").view(np.ndarray)
    _, exact = faiss.knn(queries, items_MD, K, metric=faiss.METRIC_INNER_PRODUCT)
    found = [index.search(query, K)[0] for query in queries]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(exact, found, strict=True)]))


if __name__ == "__main__":
    raise SystemExit(main())
