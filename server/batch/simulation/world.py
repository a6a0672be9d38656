"""A world with known truth: who likes what, when, and what a click depends on.

Shape legend: U users, M items, G genres, D latent dimensions, N items of one slate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.batch.simulation.words import GENRES

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

DAY_MS = 24 * 3600 * 1000
DIMENSIONS = 16
PLATFORMS = ("ios", "android", "web", "tv")
COUNTRIES = ("DE", "FR", "GB", "US", "JP")
# How fast attention falls with the position; on a television it falls slowest.
_ATTENTION_DECAY = np.array([0.50, 0.50, 0.35, 0.20])
_BIAS, _TASTE, _QUALITY, _HOUR = -3.6, 6.0, 0.6, 0.4
_LATE_SHARE = 0.15
_DRIFTING_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class WorldSize:
    """How large a world is; `slates_per_user` is a mean over users of very different activity."""

    name: str
    users: int
    items: int
    days: int
    slates_per_user: float


SIZES = {
    "small": WorldSize("small", users=500, items=800, days=14, slates_per_user=11.0),
    "default": WorldSize("default", users=3_000, items=5_000, days=14, slates_per_user=14.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The truth. Two worlds of the same size, seed and end are equal.

    A user examines position p with probability (p + 1) ** -decay of the platform, and clicks an
    examined item with its attraction, the logistic function of taste, quality and hour. Tastes of
    half of the users drift linearly from one mixture of genres to another during the days.

    Shapes:
        taste_start_UD, taste_end_UD (U, D) unit length; drift_U (U,) 0 or 1; activity_U (U,) of
        mean 1; platform_U, country_U (U,) indices into PLATFORMS and COUNTRIES; item_MD (M, D)
        unit length; quality_M (M,) standard normal; genre_M, second_M (M,) genre numbers, -1: no
        second one; born_ms_M (M,) int64; hour_G24 (G, 24) effect of the hour (UTC) on a genre.
    """

    size: WorldSize
    seed: int
    end_ms: int
    taste_start_UD: Floats
    taste_end_UD: Floats
    drift_U: Floats
    activity_U: Floats
    platform_U: NDArray[np.int64]
    country_U: NDArray[np.int64]
    item_MD: Floats
    quality_M: Floats
    genre_M: NDArray[np.int64]
    second_M: NDArray[np.int64]
    born_ms_M: NDArray[np.int64]
    hour_G24: Floats
    user_ids: list[str]
    item_ids: list[str]
    user_row: dict[str, int]
    item_row: dict[str, int]

    @property
    def start_ms(self) -> int:
        return self.end_ms - self.size.days * DAY_MS

    @classmethod
    def create(cls, size: WorldSize, *, seed: int, end_ms: int) -> World:
        """Draw a world."""
        rng = np.random.default_rng(seed)
        genre_GD = np.linalg.qr(rng.normal(size=(DIMENSIONS, DIMENSIONS)))[0][: len(GENRES)]
        genre_M = rng.choice(len(GENRES), size.items, p=_skewed(rng, len(GENRES)))
        has_second = rng.random(size.items) < 0.4
        second_M = np.where(has_second, rng.integers(len(GENRES), size=size.items), -1)
        second_M[second_M == genre_M] = -1
        start_ms = end_ms - size.days * DAY_MS
        is_late = rng.random(size.items) < _LATE_SHARE
        age_ms = rng.integers(DAY_MS, 700 * DAY_MS, size=size.items)
        late_ms = rng.integers(0, max(1, (size.days - 1) * DAY_MS), size=size.items)
        mixtures = [_mixture(rng, genre_GD, size.users) for _ in range(2)]
        hours = rng.normal(size=(len(GENRES), 4))
        user_ids = [f"user-{row + 1:05d}" for row in range(size.users)]
        item_ids = [f"item-{row + 1:05d}" for row in range(size.items)]
        return cls(
            size=size,
            seed=seed,
            end_ms=end_ms,
            taste_start_UD=mixtures[0],
            taste_end_UD=mixtures[1],
            drift_U=(rng.random(size.users) < _DRIFTING_SHARE).astype(np.float64),
            activity_U=rng.gamma(1.5, 1 / 1.5, size=size.users),
            platform_U=rng.choice(len(PLATFORMS), size.users, p=[0.3, 0.35, 0.25, 0.1]),
            country_U=rng.integers(len(COUNTRIES), size=size.users),
            item_MD=_item_vectors(rng, genre_GD, genre_M, second_M),
            quality_M=rng.normal(size=size.items),
            genre_M=genre_M,
            second_M=second_M,
            born_ms_M=np.where(is_late, start_ms + late_ms, start_ms - age_ms),
            # Morning, day, evening and night differ.
            hour_G24=np.repeat(hours, 6, axis=1),
            user_ids=user_ids,
            item_ids=item_ids,
            user_row={user_id: row for row, user_id in enumerate(user_ids)},
            item_row={item_id: row for row, item_id in enumerate(item_ids)},
        )

    def taste(self, user: int, time_ms: int) -> Floats:
        """Return a user's (D,) taste at a time, unit length."""
        share = np.clip((time_ms - self.start_ms) / (self.end_ms - self.start_ms), 0.0, 1.0)
        moved = share * self.drift_U[user]
        taste = (1 - moved) * self.taste_start_UD[user] + moved * self.taste_end_UD[user]
        unit: Floats = taste / np.linalg.norm(taste)
        return unit

    def affinity(self, user: int, items: Rows, time_ms: int) -> Floats:
        """Return (N,) cosines of taste and items."""
        cosine: Floats = self.item_MD[items] @ self.taste(user, time_ms)
        return cosine

    def affinities(self, user: int, time_ms: int) -> Floats:
        """Return (M,) cosines of taste and all items."""
        cosine: Floats = self.item_MD @ self.taste(user, time_ms)
        return cosine

    def attraction(self, user: int, items: Rows, time_ms: int) -> Floats:
        """Return (N,) probabilities of a click on an item that is examined."""
        hour = (time_ms // 3_600_000) % 24
        logit = (
            _BIAS
            + _TASTE * self.affinity(user, items, time_ms)
            + _QUALITY * self.quality_M[items]
            + _HOUR * self.hour_G24[self.genre_M[items], hour]
        )
        return sigmoid(logit)

    def examination(self, user: int, positions: NDArray[np.int64]) -> Floats:
        """Return (N,) probabilities that the user looks at positions, counted from 0."""
        decay = _ATTENTION_DECAY[self.platform_U[user]]
        looked: Floats = (positions + 1.0) ** -decay
        return looked

    def click_probability(self, user_id: str, item_id: str, position: int, time_ms: int) -> float:
        """Return the true probability that showing the item there leads to a click.

        Raises:
            KeyError: the world has no such user or item.
        """
        user, item = self.user_row[user_id], self.item_row[item_id]
        rows, positions = np.array([item]), np.array([position])
        return float(self.click_probabilities(user, rows, positions, time_ms)[0])

    def click_probabilities(
        self, user: int, items: Rows, positions: NDArray[np.int64], time_ms: int
    ) -> Floats:
        """Return (N,) true click probabilities of items shown at positions."""
        return self.examination(user, positions) * self.attraction(user, items, time_ms)

    def rows_of(self, item_ids: Sequence[str]) -> Rows:
        """Return the rows of item ids.

        Raises:
            KeyError: the world has no such item.
        """
        return np.array([self.item_row[item_id] for item_id in item_ids], np.intp)


def sigmoid(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x))."""
    value: Floats = 1.0 / (1.0 + np.exp(-x))
    return value


def _skewed(rng: np.random.Generator, count: int) -> Floats:
    weights = rng.permutation(1.0 / np.sqrt(np.arange(1, count + 1)))
    shares: Floats = weights / weights.sum()
    return shares


def _mixture(rng: np.random.Generator, genre_GD: Floats, users: int) -> Floats:
    """Return (U, D) unit tastes: a few genres each, and something of one's own."""
    weights = rng.dirichlet(np.full(len(genre_GD), 0.15), size=users)
    return _unit(weights @ genre_GD + 0.08 * rng.normal(size=(users, DIMENSIONS)))


def _item_vectors(
    rng: np.random.Generator,
    genre_GD: Floats,
    genre_M: NDArray[np.int64],
    second_M: NDArray[np.int64],
) -> Floats:
    vectors = genre_GD[genre_M] + 0.08 * rng.normal(size=(len(genre_M), DIMENSIONS))
    vectors += 0.5 * np.where(second_M[:, None] >= 0, genre_GD[second_M], 0.0)
    return _unit(vectors)


def _unit(vectors: Floats) -> Floats:
    units: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units
