"""From scored candidates to a slate: diversity, business rules, stochastic slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Rows, Scores
from server.core.context import RequestContext
from server.core.stages import Selection
from server.core.surface import Exploration
from server.rankers.business_rules import SelectionRules
from server.rankers.caps import CapWindow
from server.rankers.exploration import Draw, draw
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
        order = self._diversified(context, batch.items, scores, order)
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
        self, context: RequestContext, items: Rows, scores: Scores, order: NDArray[np.intp]
    ) -> NDArray[np.intp]:
        if context.diversity <= 0:
            return order
        best = order[:CHOSEN_FROM]
        similarity = self._similarity(context, items[best])
        if similarity is None:
            return order
        scores = scores[best]
        finite = np.where(np.isfinite(scores), scores, np.float32(0))
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
        # Up to the current position what is placed, from there what may still be, best first.
        queue: list[int] = order.tolist()
        for candidate in pins.values():
            queue.remove(candidate)
        draws: dict[int, Draw] = {}
        # Without caps, only pins and slots change what the order has at a position.
        for position in range(size) if caps else sorted(slots.union(pins)):
            if position in pins:
                queue.insert(position, pins[position])
            else:
                pool_size = self.exploration.pool_size if position in slots else 0
                places = _first_eligible(queue, caps, position, 1 + pool_size)
                if not places:
                    # The pins that are left move up.
                    queue[position:] = [pins[place] for place in sorted(pins) if place > position]
                    break
                place = places[0]
                if position in slots:
                    draws[position] = draw(places, self.exploration, generator)
                    place = draws[position].candidate
                queue.insert(position, queue.pop(place))
            for cap in caps:
                cap.place(queue[position], position)
        return _selection(queue[:size], pins.values(), draws)


def _selection(chosen: list[int], pinned: Iterable[int], draws: Mapping[int, Draw]) -> Selection:
    propensities = np.ones(len(chosen))
    is_explored, is_ruled = np.zeros((2, len(chosen)), np.bool_)
    for position, drawn in draws.items():
        propensities[position] = drawn.propensity
        is_explored[position] = drawn.is_explored
    for candidate in pinned:
        is_ruled[chosen.index(candidate)] = True
    return Selection(np.array(chosen, np.intp), propensities, is_explored, is_ruled)


def _first_eligible(
    queue: Sequence[int], caps: Sequence[CapWindow], position: int, count: int
) -> Sequence[int]:
    """Return the first `count` places in the queue that no cap refuses at `position`."""
    if not caps:
        return range(position, min(position + count, len(queue)))
    places: list[int] = []
    for place in range(position, len(queue)):
        if not any(cap.refuses(queue[place], position) for cap in caps):
            places.append(place)
            if len(places) == count:
                break
    return places


def _deterministic(order: NDArray[np.intp]) -> Selection:
    count = len(order)
    no_one = np.zeros(count, np.bool_)
    return Selection(order, np.ones(count), no_one, no_one)
