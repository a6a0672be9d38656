"""Item vectors of a million-item catalogue with a known structure.

Latent positions of 32 dimensions, projected to D and disturbed by noise: what trained embeddings
look like to an index, unlike white noise, in which no index can find anything early.

Shape letters: M items, U users, L latent dimensions, D vector dimensions.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LATENT = 32
NOISE = 0.3
_CHUNK = 50_000


def _projection(dimension: int, seed: int) -> NDArray[np.float32]:
    draw = np.random.default_rng(seed).standard_normal((dimension, LATENT))
    return np.linalg.qr(draw)[0].T.astype(np.float32)


def _draw_vectors(rng: np.random.Generator, count: int, projection_LD: NDArray) -> NDArray:
    latent_NL = rng.standard_normal((count, LATENT), np.float32)
    vectors_ND = latent_NL @ projection_LD
    vectors_ND += NOISE * rng.standard_normal(vectors_ND.shape, np.float32)
    vectors_ND /= np.linalg.norm(vectors_ND, axis=1, keepdims=True)
    return vectors_ND


def write_item_vectors(path: Path, count: int, dimension: int, *, seed: int) -> None:
    """Write (count, dimension) float32, L2-normalised, without holding them all in memory."""
    out_MD = np.lib.format.open_memmap(path, "w+", np.float32, (count, dimension))
    rng = np.random.default_rng(seed + 1)
    projection_LD = _projection(dimension, seed)
    for start in range(0, count, _CHUNK):
        size = min(_CHUNK, count - start)
        out_MD[start : start + size] = _draw_vectors(rng, size, projection_LD)
    out_MD.flush()


def draw_queries(count: int, dimension: int, *, seed: int) -> NDArray[np.float32]:
    """Return held-out queries of the same world as the items written with this seed."""
    return _draw_vectors(np.random.default_rng(seed + 2), count, _projection(dimension, seed))
