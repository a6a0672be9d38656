"""Where values are read while serving: the online store, user states and item signals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Retrieved
from server.core.user_state import UserState


class OnlineStore(Protocol):
    """One packed value per (view, key); one round trip per call.

    Views in use: `user_state`, `item_signals`, `feed`, `feed_forgotten`, `checkpoint`.
    """

    async def read(self, view: str, keys: Sequence[str]) -> list[bytes | None]:
        """Return the values, None where nothing is stored or it has expired.

        Raises:
            UnavailableError: the store did not answer.
        """
        ...

    async def write(
        self, view: str, values: Mapping[str, bytes], *, ttl_s: int | None = None
    ) -> None:
        """Store values, all or none of them; a crash may lose the last second of writes.

        Raises:
            StorageFullError, UnavailableError.
        """
        ...

    async def delete(self, view: str, keys: Sequence[str]) -> int:
        """Remove keys; return how many were there."""
        ...


class UserStates(Protocol):
    """Behaviour by subject, up to date with every acknowledged event."""

    async def get(self, subject_key: str) -> UserState:
        """Return the state; an unknown subject has none (`NO_BEHAVIOUR`).

        Raises:
            UnavailableError: the store did not answer.
        """
        ...


class ItemSignals(Protocol):
    """Counters by item row, up to date with every acknowledged event; reads never block.

    Returned arrays are views by row and may be shorter than the catalogue: missing rows are 0.
    """

    def popularity(self) -> NDArray[np.float32]:
        """Return positive engagements, lifetime."""
        ...

    def recent(self, now_ms: int) -> NDArray[np.float32]:
        """Return positive engagements in the 7 days before `now_ms`."""
        ...

    def event_counts(self, event_type: int) -> NDArray[np.float32]:
        """Return events of one type, lifetime."""
        ...

    def counts_since_impression(self, event_type: int) -> NDArray[np.float32]:
        """Return positive events of one type at or after the item's first impression.

        What rates divide by impressions: imported engagement without impressions stays out.
        """
        ...

    def trending(self, now_ms: int) -> Retrieved:
        """Return items engaged with more often than usual, strongest first, at most 1,000.

        Compares a short sliding window with a long one, smoothed, so that a popular item needs
        more to trend than a rare one.
        """
        ...
