"""What one request serves, before it becomes a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Mask


class DegradationKind(IntEnum):
    """Numbers are those of `shortlist.v1.DegradationKind`."""

    SOURCE_LEFT_OUT = 1
    POPULAR_FALLBACK = 2
    DEFAULT_FEATURES = 3
    FALLBACK_RANKER = 4
    FALLBACK_SLATE = 5
    NO_MODEL = 6


@dataclass(frozen=True, slots=True)
class Degradation:
    """A part that did not do its work for this reply."""

    kind: DegradationKind
    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCounts:
    """How many candidates passed each part: what metrics and explanations are made of."""

    retrieved: Mapping[str, int] = field(default_factory=dict)
    merged: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    shortlisted: int = 0
    selected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """The ranked items of one feed, in display order.

    Attributes:
        batch: L rows with the columns of every stage; `scores` in [0, 1].
        source_names: name of each source bit. degradations: what did not work.
        model_version: of the state that served; empty: none.

    Shapes:
        propensities (L,) float64; is_explored (L,) bool; is_ruled (L,) bool.
    """

    batch: CandidateBatch
    propensities: NDArray[np.float64]
    is_explored: Mask
    is_ruled: Mask
    is_by_score: bool = True
    source_names: tuple[str, ...] = ()
    degradations: tuple[Degradation, ...] = ()
    model_version: str = ""
    counts: StageCounts = StageCounts()

    def __len__(self) -> int:
        return len(self.batch)

    @classmethod
    def empty(cls) -> Slate:
        none = np.empty(0, np.bool_)
        batch = CandidateBatch.of_items(np.empty(0, np.int64))
        return cls(batch=batch, propensities=np.empty(0), is_explored=none, is_ruled=none)
