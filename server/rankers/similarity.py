"""How alike the candidates of one batch are.

Shape letters: N candidates, B of them to compare with all, D vector dimension, T distinct
attribute values in the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Rows
from server.core.codes import distinct_codes
from server.core.item_columns import ItemColumns


class Similarity(Protocol):
    """Compares some candidates with all."""

    def to(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return (B, N) similarities; what is below 0 counts as 0."""
        ...


@dataclass(frozen=True, slots=True)
class VectorSimilarity:
    """Cosine. Shapes: vectors (N, D) float32, L2-normalised."""

    vectors: NDArray[np.float32]

    def to(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        # The many on the left: the product is a third slower the other way round.
        return (self.vectors @ self.vectors[candidates].T).T


@dataclass(frozen=True, slots=True)
class SharedValue:
    """1 where a value is shared, else 0. Shapes: has (N, T) bool."""

    has: Mask

    def to(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        mine = self.has[candidates]
        # Only what the candidates have can be shared with them.
        values = np.flatnonzero(mine.any(axis=0))
        shared = mine[:, values].astype(np.float32) @ self.has[:, values].T.astype(np.float32)
        return np.minimum(shared, 1)


@dataclass(frozen=True, slots=True)
class LargerOf:
    """As alike as the more similar of two views says."""

    first: Similarity
    second: Similarity

    def to(self, candidates: NDArray[np.intp]) -> NDArray[np.float32]:
        return np.maximum(self.first.to(candidates), self.second.to(candidates))


@dataclass(frozen=True, slots=True)
class AttributeValues:
    """Who has which value. Shapes: has (N, T) bool; codes (T,) index into `dictionary`."""

    has: Mask
    codes: NDArray[np.int64]
    dictionary: Sequence[str]

    def text(self, column: int) -> str:
        return self.dictionary[int(self.codes[column])]


def attribute_values(items: ItemColumns, rows: Rows, attribute: str) -> AttributeValues:
    """Return which row has which of the attribute's values that the rows have at all.

    Strings and sets of strings; any other attribute, and an unknown one, has no values.

    Args:
        rows: (N,) rows of the view.
    """
    dictionary: Sequence[str] = ()
    place: NDArray[np.intp] = np.empty(0, np.intp)
    codes: NDArray[np.int32] = np.empty(0, np.int32)
    if attribute in items.strings:
        dictionary = items.strings[attribute].values
        codes = items.strings[attribute].codes[rows]
        place = np.flatnonzero(codes >= 0)
        codes = codes[place]
    elif attribute in items.string_sets:
        column = items.string_sets[attribute]
        dictionary = column.values
        lengths = column.lengths[rows].astype(np.int64)
        place = np.repeat(np.arange(len(rows)), lengths)
        within = np.arange(len(place)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        codes = column.codes[column.starts[rows][place] + within]
    distinct, value = distinct_codes(codes, len(dictionary))
    has = np.zeros((len(rows), len(distinct)), np.bool_)
    has[place, value] = True
    return AttributeValues(has, distinct, dictionary)
