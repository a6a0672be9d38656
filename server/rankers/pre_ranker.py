"""The cheap score that chooses which candidates the ranker sees.

Shape letters: N candidates, S pipeline sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Scores
from server.core.context import RequestContext
from server.core.row_set import positions_in

# At this rank a source's word counts half as much as at its top.
_HALF_RANK = 20.0
_MOST = np.finfo(np.float32).max


@dataclass(frozen=True, slots=True)
class PreRanker:
    """A weighted sum of what the sources know; a term that is missing or not finite counts 0.

    Terms by name: `two_tower` and `content` are similarities; `co_engaged` is the share of the
    batch's largest; `popularity` is log1p(count) / log1p(`max_popularity`, or the batch's);
    `times_engaged` is log1p(count in the history); any other source's name is
    1 / (1 + its rank / 20).
    """

    name: ClassVar[str] = "pre_ranker"
    weights: Mapping[str, float]
    source_names: tuple[str, ...] = ()
    max_popularity: float | None = None

    def score(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        total = np.zeros(len(batch), np.float32)
        for term, weight in self.weights.items():
            if weight != 0 and len(batch) > 0:
                total += np.float32(weight) * self._term(term, context, batch)
        return total

    def _term(
        self, term: str, context: RequestContext, batch: CandidateBatch
    ) -> NDArray[np.floating]:
        """Return (N,) finite values."""
        match term:
            case "two_tower" | "content":
                return self._similarity(term, batch)
            case "co_engaged":
                values = self._similarity(term, batch)
                return values / max(float(values.max(initial=0)), 1e-9)
            case "popularity":
                return self._popularity(batch)
            case "times_engaged":
                return _times_engaged(context, batch)
            case _:
                return self._closeness_to_top(term, batch)

    def _similarity(self, term: str, batch: CandidateBatch) -> NDArray[np.floating]:
        column: NDArray[np.floating] | None = batch.columns.get(f"candidate.{term}")
        if column is None:
            column = self._of_source("source_scores", term, batch, np.nan)
        return np.where(np.isfinite(column), column, 0)

    def _popularity(self, batch: CandidateBatch) -> NDArray[np.floating]:
        counts = batch.columns.get("item.popularity")
        if counts is None:
            return np.zeros(len(batch), np.float32)
        known = _log1p(counts)
        largest = known.max() if self.max_popularity is None else np.log1p(self.max_popularity)
        shares: NDArray[np.floating] = np.minimum(known / max(float(largest), 1e-9), 1)
        return shares

    def _closeness_to_top(self, term: str, batch: CandidateBatch) -> NDArray[np.floating]:
        ranks = self._of_source("source_ranks", term, batch, -1).astype(np.float32)
        return np.where(ranks >= 0, 1 / (1 + np.maximum(ranks, 0) / _HALF_RANK), 0)

    def _of_source(
        self, name: str, source: str, batch: CandidateBatch, missing: float
    ) -> NDArray[np.floating]:
        columns = batch.columns.get(name)
        if columns is None or source not in self.source_names:
            return np.full(len(batch), missing, np.float32)
        column: NDArray[np.floating] = columns[:, self.source_names.index(source)]
        return column


def _log1p(counts: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return finite logarithms; missing and negative counts are 0."""
    logarithms: NDArray[np.floating] = np.log1p(np.minimum(np.fmax(counts, 0), _MOST))
    return logarithms


def _times_engaged(context: RequestContext, batch: CandidateBatch) -> NDArray[np.floating]:
    column = batch.columns.get("candidate.times_engaged")
    if column is None:
        rows, times = np.unique(context.user.history, return_counts=True)
        at = positions_in(rows, batch.items)
        column = np.append(times, 0)[at]
    return _log1p(column)
