"""Content vectors: normalised sums of hashed token vectors. New words need no training.

Shape letters: n items, D content dimension, T tokens of one item.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import ItemColumns
from server.features.item_texts import ItemTexts
from server.features.raw_values import RawBags
from server.features.tokens import murmur, unique_words
from server.vector_index.ports import VectorLookup


class HashedContentEncoder:
    """Tokens: words of the title and text attributes, and "attribute=value" of value attributes.

    `known` holds the vectors of items that were encoded before, for profiles.
    """

    def __init__(
        self,
        token_table: NDArray[np.float32],
        *,
        seed: int,
        text_attributes: Sequence[str],
        value_attributes: Sequence[str],
        known: VectorLookup | None = None,
    ) -> None:
        """Args: token_table: (buckets + 1, D); row 0 is not used by tokens."""
        self._table = token_table
        self._seed = seed
        self._text_attributes = tuple(name for name in text_attributes if name != "title")
        self._value_attributes = tuple(value_attributes)
        self._texts = ItemTexts()
        self._known = known

    def encode(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32]:
        encoded_nD = np.zeros((len(rows), self._table.shape[1]), np.float32)
        buckets = len(self._table) - 1
        for place, tokens in enumerate(self._tokens(items, rows)):
            if tokens:
                ids = [1 + murmur(token, self._seed) % buckets for token in tokens]
                encoded_nD[place] = self._table[ids].sum(axis=0)
        return _normalised(encoded_nD)

    def profile(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32] | None:
        if len(rows) == 0:
            return None
        known = self._known
        vectors_nD = self.encode(items, rows) if known is None else known.vectors(rows)
        total_D: NDArray[np.float32] = vectors_nD.sum(axis=0)
        norm = np.linalg.norm(total_D)
        return total_D / norm if norm > 0 else None

    def _tokens(self, items: ItemColumns, rows: Rows) -> list[dict[str, None]]:
        """Return each item's distinct tokens, in order."""
        found: list[dict[str, None]] = [
            dict.fromkeys(unique_words(items.titles[row])) for row in rows.tolist()
        ]
        for name in (*self._text_attributes, *self._value_attributes):
            is_text = name in self._text_attributes
            for tokens, values in zip(found, self._values(items, rows, name), strict=True):
                for value in values:
                    words = unique_words(value) if is_text else (f"{name}={value}",)
                    tokens.update(dict.fromkeys(words))
        return found

    def _values(self, items: ItemColumns, rows: Rows, name: str) -> list[list[str]]:
        """Return each item's values of an attribute that are not missing."""
        texts = self._texts.of(items, rows, name)
        if isinstance(texts, RawBags):
            pieces = zip(texts.starts_N.tolist(), texts.lengths_N.tolist(), strict=True)
            codes = [texts.codes_L[start : start + length].tolist() for start, length in pieces]
        else:
            codes = [[code] if code >= 0 else [] for code in texts.codes_N.tolist()]
        return [[texts.values[code] for code in each if texts.values[code]] for each in codes]


def _normalised(vectors_nD: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors_nD, axis=1, keepdims=True)
    scaled = np.zeros_like(vectors_nD)
    np.divide(vectors_nD, norms, out=scaled, where=norms > 0)
    return scaled
