"""From scored candidates to a slate: diversity, business rules, stochastic slots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Rows, Scores
from server.core.context import RequestContext
from server.core.stages import Selection
from server.core.surface import Exploration
from server.rankers.business_rules import SelectionRules
from server.rankers.caps import CapWindow
from server.rankers.exploration import draw
from server.rankers.ports import ItemVectors
from server.rankers.reranker_mmr import mmr_order
from server.rankers.similarity import (
    LargerOf,
    SharedValue,
    Similarity,
    VectorSimilarity,
    attribute_values,
)

# Positions that MMR orders, and the best candidates it chooses them from; the tail of a feed, which
# few reach, follows by score. Each position costs one comparison with all that it chooses from.
DIVERSIFIED = 60
CHOSEN_FROM = 300


def score_order(items: NDArray[np.int64], scores: Scores) -> NDArray[np.intp]:
    """Return all positions, best first; non-finite scores last, ties by item row."""
    return np.lexsort((items, -np.where(np.isfinite(scores), scores, -np.inf)))


@dataclass(frozen=True, slots=True)
class ByScore:
    """The best `context.limit`, by score alone."""

    name: ClassVar[str] = "by_score"

    def select(self, context: RequestContext, batch: CandidateBatch) -> Selection:
        return _deterministic(score_order(batch.items, batch.scores)[: context.limit])


@dataclass(frozen=True, slots=True)
class SlateSelector:
    """Boost, diversify, then fill the positions: pins first, caps always, exploration last.

    Pins stand where they are pinned even if that breaks a cap; everything else respects the caps
    in every window, so that a slate may be shorter than asked for. Requests without a subject are
    shared between callers: for them nothing is random.
    """

    name: ClassVar[str] = "selector"
    rules: SelectionRules = field(default_factory=SelectionRules)
    exploration: Exploration = field(default_factory=Exploration)
    diversity_attribute: str = ""
    vectors: ItemVectors | None = None

    def select(self, context: RequestContext, batch: CandidateBatch) -> Selection:
        by_score = score_order(batch.items, batch.scores)
        scores = self.rules.boosted(context, batch)
        order = by_score if scores is batch.scores else score_order(batch.items, scores)
        order = self._diversified(context, batch.with_scores(scores), order)
        size = min(context.limit, len(batch))
        pins = self.rules.pinned(context, batch)
        slots = self._slots(context, size) - pins.keys()
        if not (self.rules.caps or pins or slots):
            selection = _deterministic(order[:size])
        else:
            windows = [CapWindow.of(cap, context.items, batch.items) for cap in self.rules.caps]
            caps = [window for window in windows if window is not None]
            selection = self._fill(order, size, caps, pins, slots, context.random_seed)
        chosen = selection.order
        is_by_score = not pins and np.array_equal(chosen, by_score[: len(chosen)])
        return replace(selection, is_by_score=is_by_score)

    def _slots(self, context: RequestContext, size: int) -> set[int]:
        if context.subject is None or self.exploration.rate <= 0:
            return set()
        relative = (each - context.first_position for each in self.exploration.positions)
        return {position for position in relative if 0 <= position < size}

    def _diversified(
        self, context: RequestContext, batch: CandidateBatch, order: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        if context.diversity <= 0:
            return order
        best = order[:CHOSEN_FROM]
        similarity = self._similarity(context, batch.items[best])
        if similarity is None:
            return order
        finite = np.nan_to_num(batch.scores[best], nan=0, posinf=0, neginf=0)
        limit = min(context.limit, DIVERSIFIED)
        first = mmr_order(finite, similarity, diversity=context.diversity, limit=limit)
        rest = np.ones(len(order), np.bool_)
        rest[first] = False
        return np.concatenate([order[first], order[rest]])

    def _similarity(self, context: RequestContext, rows: Rows) -> Similarity | None:
        vectors = None if self.vectors is None else VectorSimilarity(self.vectors.of(rows))
        if not self.diversity_attribute:
            return vectors
        values = attribute_values(context.items, rows, self.diversity_attribute)
        shared = SharedValue(values.has)
        return shared if vectors is None else LargerOf(vectors, shared)

    def _fill(
        self,
        order: NDArray[np.intp],
        size: int,
        caps: Sequence[CapWindow],
        pins: dict[int, int],
        slots: set[int],
        seed: int,
    ) -> Selection:
        generator = np.random.default_rng(seed)
        for cap in caps:
            cap.pin(pins.items())
        placed: list[_Place] = []
        pinned = set(pins.values())
        queue = [candidate for candidate in order.tolist() if candidate not in pinned]
        # Past the last special position, without caps, the order is what it is.
        special = size if caps else min(size, 1 + max((*pins, *slots), default=-1))
        for position in range(special):
            if position in pins:
                place = _Place(pins[position], is_ruled=True)
            else:
                pool_size = self.exploration.pool_size if position in slots else 0
                eligible = _first_eligible(queue, caps, position, 1 + pool_size)
                if not eligible:
                    break
                place = _Place(eligible[0])
                if position in slots:
                    place = _Place(*draw(eligible, self.exploration, generator))
                queue.remove(place.candidate)
            placed.append(place)
            for cap in caps:
                cap.place(place.candidate, position)
        placed += [_Place(candidate) for candidate in queue[: size - special]]
        for position in sorted(pins):
            # Nothing else was eligible: the pins that are left move up.
            if position >= len(placed):
                placed.append(_Place(pins[position], is_ruled=True))
        return _selection(placed)


class _Place(NamedTuple):
    """What stands at one position, in the order of the slate."""

    candidate: int
    propensity: float = 1.0
    is_explored: bool = False
    is_ruled: bool = False


def _selection(placed: Sequence[_Place]) -> Selection:
    return Selection(
        np.array([place.candidate for place in placed], np.intp),
        np.array([place.propensity for place in placed], np.float64),
        np.array([place.is_explored for place in placed], np.bool_),
        np.array([place.is_ruled for place in placed], np.bool_),
    )


def _first_eligible(
    queue: list[int], caps: Sequence[CapWindow], position: int, count: int
) -> list[int]:
    """Return the best `count` that no cap refuses at `position`, best first."""
    if not caps:
        return queue[:count]
    accepted = (
        candidate
        for candidate in queue
        if not any(cap.refuses(candidate, position) for cap in caps)
    )
    return list(islice(accepted, count))


def _deterministic(order: NDArray[np.intp]) -> Selection:
    count = len(order)
    no_one = np.zeros(count, np.bool_)
    return Selection(order, np.ones(count), no_one, no_one)
