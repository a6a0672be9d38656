"""How far the states and signals in the online store have come."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import orjson

from server.features.ports import OnlineStore

VIEW: Final = "checkpoint"
KEY: Final = "stream_processor"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything up to `offset` is in the store, in values of this generation.

    A rebuild from the log's beginning starts a new generation; values of others are not read.
    """

    generation: int
    offset: int
    data_ms: int


async def read_checkpoint(store: OnlineStore) -> Checkpoint | None:
    """Return the last checkpoint, None if there is none that this server can read."""
    (packed,) = await store.read(VIEW, [KEY])
    if packed is None:
        return None
    fields = orjson.loads(packed)
    if fields.pop("format", None) != FORMAT:
        return None
    return Checkpoint(**fields)


async def write_checkpoint(store: OnlineStore, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; what it speaks of must have been written before."""
    packed = orjson.dumps({"format": FORMAT, **asdict(checkpoint)})
    await store.write(VIEW, {KEY: packed})
