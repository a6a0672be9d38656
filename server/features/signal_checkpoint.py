"""Item signals to and from the online store."""

from __future__ import annotations

import asyncio
import struct
import zlib
from typing import Final

import numpy as np
import orjson

from server.features.item_signals import SignalChanges, WindowedItemSignals
from server.features.ports import OnlineStore
from server.features.row_counts import PAGE

VIEW: Final = "item_signals"
FORMAT: Final = 1
META: Final = "meta"
# Bucket numbers are kept modulo this, so that old ones are overwritten and none is deleted.
RING: Final = 16_384
PAGES_AT_ONCE: Final = 10_000
_GENERATION: Final = struct.Struct("<I")
_BUCKET: Final = struct.Struct("<Iq")


def encode_changes(
    signals: WindowedItemSignals, changes: SignalChanges, *, generation: int, offset: int
) -> dict[str, bytes]:
    """Return the values to write; safe in a thread while requests read the signals."""
    prefix = _GENERATION.pack(generation)
    encoded = signals.counts.encode(changes.pages, changes.copies)
    values = {f"page:{page}": prefix + data for page, data in encoded}
    for bucket, rows in changes.buckets.items():
        head = _BUCKET.pack(generation, bucket)
        values[f"bucket:{bucket % RING}"] = head + zlib.compress(rows, 1)
    meta = {
        "format": FORMAT,
        "generation": generation,
        "offset": offset,
        "bucket_ms": signals.windows.bucket_ms,
        "size": changes.size,
        "buckets": changes.held_buckets,
    }
    values[META] = orjson.dumps(meta)
    return values


async def restore(signals: WindowedItemSignals, store: OnlineStore, generation: int) -> int | None:
    """Fill empty signals from the store; return their offset, None if there is nothing to use."""
    (packed,) = await store.read(VIEW, [META])
    meta = {} if packed is None else orjson.loads(packed)
    if (meta.get("format"), meta.get("generation")) != (FORMAT, generation):
        return None
    if meta["bucket_ms"] != signals.windows.bucket_ms:
        return None
    pages = -(-meta["size"] // PAGE)
    for start in range(0, pages, PAGES_AT_ONCE):
        numbers = range(start, min(start + PAGES_AT_ONCE, pages))
        found = await store.read(VIEW, [f"page:{page}" for page in numbers])
        for page, data in zip(numbers, found, strict=True):
            if data is not None and _GENERATION.unpack_from(data) == (generation,):
                signals.counts.load(page, data[_GENERATION.size :])
        await asyncio.sleep(0)
    await _restore_buckets(signals, store, generation, meta["buckets"])
    return int(meta["offset"])


async def _restore_buckets(
    signals: WindowedItemSignals, store: OnlineStore, generation: int, buckets: list[int]
) -> None:
    found = await store.read(VIEW, [f"bucket:{bucket % RING}" for bucket in buckets])
    for bucket, data in zip(buckets, found, strict=True):
        if data is not None and _BUCKET.unpack_from(data) == (generation, bucket):
            rows = zlib.decompress(data[_BUCKET.size :])
            signals.windows.restore(bucket, np.frombuffer(rows, "<i4").astype(np.int64))
