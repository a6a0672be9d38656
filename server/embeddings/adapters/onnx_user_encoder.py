"""The user tower: looked-up profile, mean of the latest items' embeddings, one small graph.

Shape letters: D retrieval dimension, F tower inputs, n history items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from server.core.errors import UnavailableError
from server.core.item_columns import AttributeValue
from server.core.user_state import UserState
from server.embeddings.ports import Tower
from server.features.encoders import EmbeddingLookup
from server.features.model_items import ModelItems
from server.features.model_users import ModelUsers
from server.features.request_scope import SubjectScope


class OnnxUserEncoder:
    """Input: profile features in order, mean history embedding, log1p(items in the bag) / 5.

    A graph of this size takes a fraction of a millisecond: it runs on the event loop.
    """

    def __init__(
        self,
        tower: Tower,
        lookups: Sequence[EmbeddingLookup],
        history_table: NDArray[np.float32],
        *,
        history_length: int,
        items: ModelItems,
        users: ModelUsers,
    ) -> None:
        """Args: history_table: row i + 1 for model item i; row 0 for an empty history."""
        self._tower = tower
        self._lookups = tuple(lookups)
        self._history_table = history_table
        self._history_length = history_length
        self._items = items
        self._users = users

    async def encode(
        self,
        subject_key: str | None,
        user: UserState,
        user_attributes: Mapping[str, AttributeValue],
    ) -> NDArray[np.float32]:
        recent = self._items.of_rows(user.recent_unique(len(user.history)))
        try:
            return self.embed(subject_key, recent[recent >= 0], user_attributes)
        except RuntimeError as error:
            raise UnavailableError("the user tower did not answer") from error

    def embed(
        self,
        subject_key: str | None,
        model_items: NDArray[np.int32],
        user_attributes: Mapping[str, AttributeValue],
    ) -> NDArray[np.float32]:
        """Return (D,) for distinct model items, the latest first; further ones are left out.

        Raises:
            RuntimeError: the tower failed.
        """
        scope = SubjectScope(subject_key, user_attributes, self._users)
        bag = model_items[: self._history_length]
        history = (
            self._history_table[bag + 1].mean(axis=0, dtype=np.float32)
            if len(bag)
            else self._history_table[0]
        )
        parts = [lookup.embed(scope)[0] for lookup in self._lookups]
        parts += [history, np.array([np.log1p(len(bag)) / 5], np.float32)]
        embedding: NDArray[np.float32] = self._tower(features=np.concatenate(parts)[None, :])[0]
        return embedding
