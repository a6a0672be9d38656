"""The item tower: looked-up attributes, one small graph; unknown items have id 0.

Shape letters: n items, F tower inputs, D retrieval dimension.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import ItemColumns
from server.embeddings.ports import Tower
from server.features.candidate_scope import ItemScope, ItemValues
from server.features.encoders import EmbeddingLookup

_CHUNK = 4096


class OnnxItemEncoder:
    """Encodes rows of the catalogue, in pieces."""

    def __init__(
        self,
        tower: Tower,
        lookups: Sequence[EmbeddingLookup],
        values: ItemValues,
        *,
        dimension: int,
    ) -> None:
        self._tower = tower
        self._lookups = tuple(lookups)
        self._values = values
        self._dimension = dimension

    def encode(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32]:
        """Return (n, D) float32, L2-normalised; blocking.

        Raises:
            RuntimeError: the tower failed.
        """
        encoded_nD = np.empty((len(rows), self._dimension), np.float32)
        for start in range(0, len(rows), _CHUNK):
            piece = rows[start : start + _CHUNK]
            scope = ItemScope(items, piece, 0, self._values)
            features_nF = np.concatenate([each.embed(scope) for each in self._lookups], axis=1)
            encoded_nD[start : start + _CHUNK] = self._tower(features=features_nF)
        return encoded_nD
