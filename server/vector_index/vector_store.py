"""The vectors behind an index, by position, decoded on the fly.

Shape letters: P positions, D dimensions, n asked positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class VectorStore:
    """x = codes * scale + offset, for all code types.

    Shapes:
        bytes_PC: (P, C) uint8: the D codes of a vector side by side, each a `code_type`: uint8,
            float16 or float32. As bytes, because those of a mapped file need not be aligned.
        scale_D, offset_D: (D,) float32.
    """

    bytes_PC: NDArray[np.uint8]
    code_type: np.dtype[Any]
    scale_D: NDArray[np.float32]
    offset_D: NDArray[np.float32]
    is_plain: bool

    def decode(self, positions: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n, D) float32."""
        vectors_nD = self._codes(positions)
        if not self.is_plain:
            vectors_nD *= self.scale_D
            vectors_nD += self.offset_D
        return vectors_nD

    def scores(
        self, positions: NDArray[np.integer], query_D: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return (n,) inner products with the query."""
        codes_nD = self._codes(positions)
        if self.is_plain:
            return codes_nD @ query_D
        # Scaling the query once is cheaper than scaling n codes.
        return codes_nD @ (query_D * self.scale_D) + np.float32(query_D @ self.offset_D)

    def _codes(self, positions: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return (n, D) the codes as numbers, a copy; `take` moves a vector at a time."""
        codes_nD = self.bytes_PC.take(positions, axis=0).view(self.code_type)
        return codes_nD.astype(np.float32, copy=False)


def store_of(index: faiss.Index) -> VectorStore:
    """View the vectors of a flat or refined index without a copy; the index must outlive it."""
    dimension, count = index.d, index.ntotal
    if isinstance(index, faiss.IndexFlat):
        pointer = index.get_xb()
        codes = faiss.rev_swig_ptr(pointer, count * dimension)
        return _plain(codes, count, dimension)
    stored = faiss.downcast_index(index.refine_index)
    raw = faiss.rev_swig_ptr(stored.codes.data(), count * stored.code_size)
    if stored.sq.qtype == faiss.ScalarQuantizer.QT_fp16:
        return _plain(raw.view(np.float16), count, dimension)
    trained = faiss.vector_to_array(stored.sq.trained)
    low_D, span_D = trained[:dimension], trained[dimension:]
    # Each code stands for the middle of its cell.
    scale_D = span_D / np.float32(255)
    return VectorStore(
        raw.reshape(count, dimension),
        raw.dtype,
        scale_D,
        low_D + scale_D / np.float32(2),
        is_plain=False,
    )


def _plain(codes: NDArray[Any], count: int, dimension: int) -> VectorStore:
    ones, zeros = np.ones(dimension, np.float32), np.zeros(dimension, np.float32)
    bytes_PC = codes.view(np.uint8).reshape(count, dimension * codes.itemsize)
    return VectorStore(bytes_PC, codes.dtype, ones, zeros, is_plain=True)
