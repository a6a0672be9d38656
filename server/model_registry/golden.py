"""Golden vectors: inputs with the outputs that training computed, to be recomputed at load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from server.core.errors import ArtifactError
from server.model_registry.artifact import Artifact


@dataclass(frozen=True, slots=True)
class GoldenUser:
    """A subject's history, oldest first, and the embedding it must get."""

    user_id: str | None
    history: Sequence[str]
    history_ms: Sequence[int]
    attributes: Mapping[str, Any]
    embedding: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GoldenItem:
    """An item, known to the model or not, and the vectors it must get."""

    item_id: str
    title: str
    attributes: Mapping[str, Any]
    embedding: NDArray[np.float64]
    content: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GoldenRanking:
    """Raw values by name, one a row, and what the ranker must make of them."""

    raw: Mapping[str, Sequence[Any]]
    features: NDArray[np.float64]
    wide: NDArray[np.float64]
    probabilities: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Golden:
    """All golden vectors of a version."""

    source: str
    users: tuple[GoldenUser, ...]
    items: tuple[GoldenItem, ...]
    rankings: tuple[GoldenRanking, ...]
    tolerance: float

    def compare(self, what: str, expected: NDArray[np.float64], got: ArrayLike) -> None:
        """Require equality within the tolerance, absolute or relative.

        Raises:
            ArtifactError: they differ; this server does not compute what training did.
        """
        found = np.asarray(got, np.float64)
        if found.shape != expected.shape:
            raise ArtifactError(
                f"{self.source}: {what}: shape {found.shape}, expected {expected.shape};"
                " serve it with the server it was exported for"
            )
        if np.allclose(found, expected, rtol=self.tolerance, atol=self.tolerance):
            return
        worst = np.unravel_index(np.nanargmax(np.abs(found - expected)), expected.shape)
        raise ArtifactError(
            f"{self.source}: {what}: {found[worst]:.6g} at {tuple(map(int, worst))}, expected"
            f" {expected[worst]:.6g}; serve it with the server it was exported for"
        )


def read_golden(artifact: Artifact) -> Golden:
    """Read the golden vectors of a version.

    Raises:
        ArtifactError: the file is damaged.
    """
    name = artifact.manifest.golden
    raw = artifact.json(name)
    try:
        return Golden(
            source=str(artifact.path(name)),
            users=tuple(map(_user, raw["users"])),
            items=tuple(map(_item, raw["items"])),
            rankings=tuple(map(_ranking, raw["ranker"])),
            tolerance=float(raw.get("tolerance", 1e-4)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(
            f"{artifact.path(name)}: not as expected ({error!r}); export the version again"
        ) from error


def _user(raw: Mapping[str, Any]) -> GoldenUser:
    return GoldenUser(
        raw["user_id"],
        raw["history"],
        raw["history_times_ms"],
        raw["attributes"],
        np.array(raw["embedding"], np.float64),
    )


def _item(raw: Mapping[str, Any]) -> GoldenItem:
    return GoldenItem(
        raw["item_id"],
        raw["title"],
        raw["attributes"],
        np.array(raw["embedding"], np.float64),
        np.array(raw["content"], np.float64),
    )


def _ranking(raw: Mapping[str, Any]) -> GoldenRanking:
    return GoldenRanking(
        raw["raw"],
        np.array(raw["features"], np.float64),
        np.array(raw["wide"], np.float64),
        np.array(raw["probabilities"], np.float64),
    )
