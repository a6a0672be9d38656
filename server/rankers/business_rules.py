"""The surface's rules, compiled: which items are boosted, pinned and capped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from server.core.batch import CandidateBatch, Scores
from server.core.context import RequestContext
from server.core.filter_expression import FilterField
from server.core.rule_items import RuleItems
from server.core.stages import Scorer
from server.core.surface import Rule, RuleKind


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """BLOCK is a filter (filters/blocked.py); the other kinds decide here."""

    boosts: tuple[RuleItems, ...] = ()
    pins: tuple[Rule, ...] = ()
    caps: tuple[RuleItems, ...] = ()

    @classmethod
    def of(cls, rules: Sequence[Rule], fields: Mapping[str, FilterField]) -> SelectionRules:
        """Compile the rules, each kind in the order given.

        Raises:
            InvalidFilterError, UnknownAttributeError: a rule's filter is wrong.
        """

        def compiled(kind: RuleKind) -> tuple[RuleItems, ...]:
            return tuple(RuleItems.of(rule, fields) for rule in rules if rule.kind is kind)

        pins = tuple(rule for rule in rules if rule.kind is RuleKind.PIN)
        return cls(compiled(RuleKind.BOOST), pins, compiled(RuleKind.CAP))

    def boosted(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        """Return the scores that order the slate; the scores that are served stay as they are."""
        scores = batch.scores
        for boost in self.boosts:
            concerned = boost.concerned(context.items, batch.items)
            scores = np.where(concerned, scores * np.float32(boost.rule.factor), scores)
        return scores

    def pinned(self, context: RequestContext, batch: CandidateBatch) -> dict[int, int]:
        """Return relative position -> candidate for the pins that fall on this slate.

        Each rule takes its first item that is among the candidates and not pinned yet; the first
        rule of a position wins. In a slate that is shorter than the position, the last place is
        taken.
        """
        places: dict[int, int] = {}
        if not self.pins:
            return places
        candidate_of = {row: at for at, row in enumerate(batch.items.tolist())}
        for rule in self.pins:
            position = rule.position - context.first_position
            if not 0 <= position < context.limit:
                continue
            place = min(position, len(batch) - 1)
            free = (
                candidate_of[row]
                for row in context.items.known_rows(rule.item_ids).tolist()
                if row in candidate_of and candidate_of[row] not in places.values()
            )
            candidate = next(free, None)
            if candidate is not None and place not in places:
                places[place] = candidate
        return places


@dataclass(frozen=True, slots=True)
class KeepPinned:
    """A pre-ranker that puts pinned items above all others, so that the ranker sees them."""

    scorer: Scorer
    item_ids: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.scorer.name

    def score(self, context: RequestContext, batch: CandidateBatch) -> Scores:
        scores = self.scorer.score(context, batch)
        pinned = np.isin(batch.items, context.items.known_rows(self.item_ids))
        top = np.float32(scores.max(initial=0, where=np.isfinite(scores)) + 1)
        return np.where(pinned, top, scores)
