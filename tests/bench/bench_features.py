"""CPU of assembling the ranker's input and the retrieval scores, for one request.

    OMP_NUM_THREADS=1 python -m tests.bench.bench_features [--items 20000]

400 features, 3 crosses, 500 shortlisted of 2,000 candidates, a history of 200 events; once with the
ready block of static item columns and once without, as for a catalogue too large for it. Medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from server.catalog.item import Attribute, AttributeType, Item
from server.core.batch import CandidateBatch
from server.core.subject import Subject
from server.core.user_state import UserState
from server.embeddings.settings import EmbeddingSettings
from tests.bench.million import version_folder
from tests.small_model.loading import Loading, request
from tests.small_model.world import NOW_MS, MemoryCatalog, StillSignals

ATTRIBUTES = (
    Attribute("category", AttributeType.STRING),
    Attribute("brand", AttributeType.STRING),
    Attribute("tags", AttributeType.STRINGS),
    Attribute("price", AttributeType.NUMBER),
)
USERS, CANDIDATES, SHORTLIST, RUNS = 500, 2_000, 500, 300


def catalog_of(items: int) -> MemoryCatalog:
    random = np.random.default_rng(0)
    return MemoryCatalog(
        [
            Item(
                item_id=version_folder.item_id(number),
                title=f"Item {number}",
                attributes={
                    "category": f"category-{random.integers(200)}",
                    "brand": f"brand-{random.integers(5_000)}",
                    "tags": tuple(f"tag-{tag}" for tag in random.integers(0, 1_000, 3)),
                    "price": float(random.integers(1, 100)),
                },
                create_ms=NOW_MS - number,
            )
            for number in range(items)
        ],
        attributes=ATTRIBUTES,
    )


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=20_000)
    items = parser.parse_args().items
    with tempfile.TemporaryDirectory() as folder:
        version = Path(folder, "v1")
        version_folder.write_version(version, items=items, users=USERS, seed=3)
        for kept in (True, False):
            print(json.dumps(await measure(version, items, Path(folder, "cache"), kept=kept)))


async def measure(version: Path, items: int, cache: Path, *, kept: bool) -> dict:
    random = np.random.default_rng(1)
    catalog, signals = catalog_of(items), StillSignals(items)
    embeddings = EmbeddingSettings(static_block_bytes=(1 << 30) * kept)
    async with Loading(cache, catalog, embeddings=embeddings) as state:
        started = time.perf_counter()
        model = await state.load(version, signals=signals)
        load_s = time.perf_counter() - started
        history = random.integers(0, items, 200)
        user = UserState(
            history=history,
            history_ms=NOW_MS - np.arange(200)[::-1] * 3_600_000,
            event_counts={1: 500, 2: 60},
            counts_since_impression={2: 60},
            positive_count=200,
        )
        context = request(
            catalog,
            subject=Subject(version_folder.user_id(7)),
            user=user,
            user_attributes={"country": "DE"},
            attributes={"hour": "13", "device_class": "phone"},
            user_vector=model.item_vectors.of(np.array([5]))[0],
            content_vector=model.content_encoder.profile(catalog.columns(), history[-20:]),
        )
        candidates = CandidateBatch.of_items(np.sort(random.permutation(items)[:CANDIDATES]))
        scores = model.retrieval_scores.columns(context, candidates)
        shortlist = candidates.with_columns(scores).take(np.arange(SHORTLIST) * 4)
        columns = model.model_features.assemble(context, shortlist)
        features, wide = columns["features"], columns["wide"]
        encode = model.user_encoder.encode
        return {
            "items": items,
            "block": kept,
            "load_s": round(load_s, 2),
            "features": list(features.shape),
            "assemble_ms": cpu_ms(lambda: model.model_features.assemble(context, shortlist)),
            "retrieval_scores_ms": cpu_ms(
                lambda: model.retrieval_scores.columns(context, candidates)
            ),
            "user_tower_ms": await cpu_ms_async(lambda: encode("u", user, {})),
            "ranker_ms": cpu_ms(lambda: model.predictor.probabilities(features, wide)),
        }


def cpu_ms(work) -> float:
    work()
    taken = []
    for _ in range(RUNS):
        started = time.thread_time()
        work()
        taken.append(time.thread_time() - started)
    return round(statistics.median(taken) * 1000, 3)


async def cpu_ms_async(work) -> float:
    taken = []
    for _ in range(RUNS):
        started = time.thread_time()
        await work()
        taken.append(time.thread_time() - started)
    return round(statistics.median(taken) * 1000, 3)


if __name__ == "__main__":
    asyncio.run(main())
