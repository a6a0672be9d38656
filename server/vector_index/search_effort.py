"""Search parameters of every index kind, and how wide to search."""

from __future__ import annotations

from dataclasses import dataclass, replace

import faiss
import numpy as np
from numpy.typing import NDArray

from server.vector_index.settings import IndexKind

_LEAST_RESCORED = 200
_IVF_KINDS = frozenset({IndexKind.IVF_PQ, IndexKind.IVF_SQ8})
_SIXTEENTHS = (0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
_HNSW_WIDTHS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_RESCORED = {
    IndexKind.IVF_PQ: (2.0, 3.0, 4.5, 6.0, 10.0),
    IndexKind.HNSW: (1.2, 3.0, 6.0),
    IndexKind.HNSW_PQ: (4.0, 8.0),
}
_LEAST_ROUNDING = (1.2,)
# Measured on one core (docs/adr/0002): the cost of visiting a vector, of re-scoring
# one, and of one place in a graph search's beam.
_VISITED_NS = 5.5
_RESCORED_NS = 430.0
_BEAM_NS = 2_000.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of an index one search looks at.

    Attributes:
        breadth: IVF: the share of lists visited; HNSW: the beam's width as a multiple of the
            results asked for.
        rescored: how many results, as a multiple of k, are scored again with stored vectors.
    """

    breadth: float
    rescored: float


def effort_grid(kind: IndexKind) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the breadths and the re-scoring factors worth trying, both ascending."""
    breadths = tuple(part / 16 for part in _SIXTEENTHS) if kind in _IVF_KINDS else _HNSW_WIDTHS
    return breadths, _RESCORED.get(kind, _LEAST_ROUNDING)


def estimated_ns(effort: Effort, kind: IndexKind, items: int, k: int) -> float:
    """Return about what one search for k results costs; for comparing efforts of one kind."""
    rescored = effort.rescored * k * _RESCORED_NS
    if kind in _IVF_KINDS:
        return effort.breadth * items * _VISITED_NS + rescored
    return effort.breadth * effort.rescored * k * _BEAM_NS + rescored


def widened(effort: Effort, kind: IndexKind, allowed_share: float) -> Effort:
    """Return the effort for a filter: the fewer items it lets through, the wider the search."""
    if kind in _IVF_KINDS:
        return replace(effort, breadth=min(1.0, effort.breadth / max(allowed_share, 1e-9)))
    return replace(effort, breadth=min(effort.breadth / max(allowed_share, 1e-9), 64.0))


def list_count(items: int) -> int:
    """Return how many lists an IVF index of so many items has: about its square root."""
    return int(2 ** np.clip(round(float(np.log2(max(items, 1))) / 2), 4, 12))


def search(
    index: faiss.Index,
    query_D: NDArray[np.float32],
    k: int,
    effort: Effort,
    selector: faiss.IDSelector | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Search one query; return positions and inner products, best first, without padding."""
    parameters = _parameters(index, k, effort, selector)
    scores, positions = index.search(query_D[None, :], k, params=parameters)
    found = positions[0] >= 0
    return positions[0][found], scores[0][found]


def _parameters(
    index: faiss.Index, k: int, effort: Effort, selector: faiss.IDSelector | None
) -> faiss.SearchParameters:
    chosen = {} if selector is None else {"sel": selector}
    if not isinstance(index, faiss.IndexRefine):
        return faiss.SearchParameters(**chosen)
    # Approximate codes mix up the first few places: a short list is re-scored more generously.
    rescored = max(effort.rescored, _LEAST_RESCORED / max(k, 1))
    base = faiss.downcast_index(index.base_index)
    transform = base if isinstance(base, faiss.IndexPreTransform) else None
    inner = faiss.downcast_index(transform.index) if transform is not None else base
    if isinstance(inner, faiss.IndexHNSW):
        beam = min(max(k, int(k * rescored * effort.breadth)), max(index.ntotal, 1))
        parameters = faiss.SearchParametersHNSW(efSearch=beam, **chosen)
    else:
        lists = max(1, int(np.ceil(inner.nlist * effort.breadth)))
        parameters = faiss.SearchParametersIVF(nprobe=lists, **chosen)
    if transform is not None:
        parameters = faiss.SearchParametersPreTransform(index_params=parameters)
    return faiss.IndexRefineSearchParameters(k_factor=rescored, base_index_params=parameters)
