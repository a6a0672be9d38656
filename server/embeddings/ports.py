"""Turning users and items into vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import AttributeValue, ItemColumns
from server.core.user_state import UserState


class UserEncoder(Protocol):
    """Encodes a subject from behaviour and profile, at request time."""

    async def encode(
        self,
        subject_key: str | None,
        user: UserState,
        user_attributes: Mapping[str, AttributeValue],
    ) -> NDArray[np.float32]:
        """Return (D,) float32, L2-normalised; a subject without behaviour gets the cold vector."""
        ...


class ItemEncoder(Protocol):
    """Encodes items of the catalogue, known to the model or not."""

    def encode(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32]:
        """Return (n, D) float32, L2-normalised; blocking."""
        ...


class ContentEncoder(Protocol):
    """Encodes items by what they say of themselves."""

    def encode(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32]:
        """Return (n, Dc) float32, L2-normalised, zero for items without content; blocking."""
        ...

    def profile(self, items: ItemColumns, rows: Rows) -> NDArray[np.float32] | None:
        """Return (Dc,) the normalised mean content of the rows; None if they have none."""
        ...


class Tower(Protocol):
    """A graph from "features" (B, F) to L2-normalised vectors (B, D); blocking, any thread.

    Raises RuntimeError if the graph fails.
    """

    def __call__(self, **inputs: NDArray[np.float32]) -> NDArray[np.float32]: ...
