"""An item's way through the stages of one ranking, told from what the stages noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Rows, Scores
from server.core.rule_items import RuleItems
from server.orchestrator.pipeline import Pipeline
from server.orchestrator.request_explanation.alternatives import Alternatives, pin_at
from server.orchestrator.request_explanation.explanation import (
    ItemExplanation,
    Outcome,
    PreRank,
    Ranking,
    SourceHit,
)
from server.orchestrator.request_explanation.recording import Run
from server.rankers.business_rules import SelectionRules
from server.rankers.selector import SlateSelector, score_order

# The filter names of server/filters/unavailable.py and blocked.py.
UNAVAILABLE, BLOCKED = "unavailable", "blocked"


@dataclass(slots=True, kw_only=True)
class Ways:
    """Answers for the items of one run.

    Attributes:
        pipeline: as it serves, not as it records. blocks: its compiled BLOCK rules.
    """

    run: Run
    pipeline: Pipeline
    blocks: Sequence[RuleItems]
    ranks: list[dict[int, int]]
    candidate_at: dict[int, int]
    pre_at: dict[int, int]
    pre_places: NDArray[np.intp]
    ranked_at: dict[int, int]
    places: dict[int, int]
    score_places: NDArray[np.intp]
    boosted: Scores
    boosted_places: NDArray[np.intp]
    alternatives: Alternatives | None
    moved_by_caps: dict[int, list[str]]

    @classmethod
    def of(cls, run: Run, pipeline: Pipeline, blocks: Sequence[RuleItems], page_size: int) -> Ways:
        """Index a run; with caps it asks the selector once for each, so call it off the loop."""
        selectable = run.selectable or CandidateBatch.of_items(np.empty(0, np.int64))
        order = np.empty(0, np.intp) if run.selection is None else run.selection.order
        places = _index(selectable.items[order])
        boosted, alternatives = selectable.scores, None
        moved: dict[int, list[str]] = {}
        if isinstance(pipeline.selector, SlateSelector) and run.selection is not None:
            boosted = pipeline.selector.rules.boosted(run.context, selectable)
            alternatives = Alternatives.of(pipeline.selector, run.context, selectable, page_size)
            moved = alternatives.moved_by_caps(places)
        found = [run.found.get(bit) for bit in range(len(pipeline.sources) + 1)]
        pre_rows = np.empty(0, np.int64) if run.pre_ranked is None else run.pre_ranked.items
        pre_scores = np.empty(0, np.float32) if run.pre_scores is None else run.pre_scores
        return cls(
            run=run,
            pipeline=pipeline,
            blocks=blocks,
            ranks=[
                {} if each is None or each.retrieved is None else _index(each.retrieved.rows)
                for each in found
            ],
            candidate_at={} if run.candidates is None else _index(run.candidates.items),
            pre_at=_index(pre_rows),
            pre_places=_places(pre_rows, pre_scores),
            ranked_at=_index(selectable.items),
            places=places,
            score_places=_places(selectable.items, selectable.scores),
            boosted=boosted,
            boosted_places=_places(selectable.items, boosted),
            alternatives=alternatives,
            moved_by_caps=moved,
        )

    def of_item(
        self, row: int, item_id: str, position: int | None, *, is_shown: bool
    ) -> ItemExplanation:
        """Return the way of an item; `position` is that in the feed."""
        filters = self._filters(row)
        outcome, stage = self._end(row, filters, position, is_shown=is_shown)
        place = self.places.get(row)
        selection = self.run.selection
        return ItemExplanation(
            item_id=item_id,
            outcome=outcome,
            stage=stage,
            position=position,
            filters=filters,
            rules=self._rules(row, place),
            sources=self._sources(row),
            pre_rank=self._pre_rank(row),
            probabilities=self._probabilities(row),
            ranking=self._ranking(row),
            is_explored=(
                place is not None and selection is not None and bool(selection.is_explored[place])
            ),
            propensity=(
                float(selection.propensities[place])
                if place is not None and selection is not None
                else float(is_shown)
            ),
        )

    def furthest(self, count: int, shown: Rows) -> list[int]:
        """Return candidates that are not shown: ranked ones by place, then the rest by theirs."""
        seen = dict.fromkeys(shown.tolist())
        groups = (
            list(self.places),
            _by_place(self.ranked_at, self.boosted_places),
            _by_place(self.pre_at, self.pre_places),
            list(self.candidate_at),
            [row for ranks in self.ranks for row in ranks],
        )
        rows = dict.fromkeys(row for group in groups for row in group if row not in seen)
        return list(rows)[:count]

    def _end(
        self, row: int, filters: tuple[str, ...], position: int | None, *, is_shown: bool
    ) -> tuple[Outcome, str]:
        if is_shown:
            return Outcome.SHOWN, ""
        if row in self.ranked_at:
            cause = None if self.alternatives is None else self.alternatives.cause(row)
            by_score = Outcome.BEYOND_FEED if position is None else Outcome.LATER_PAGE
            return cause or by_score, "select"
        if position is not None:
            return Outcome.LATER_PAGE, "select"
        if row in self.pre_at:
            return Outcome.BEYOND_SHORTLIST, "pre_rank"
        if filters:
            stage = "filter" if row in self.candidate_at else "retrieve"
            for name, outcome in (
                (UNAVAILABLE, Outcome.UNAVAILABLE),
                (BLOCKED, Outcome.BLOCKED),
            ):
                if name in filters:
                    return outcome, stage
            return Outcome.FILTERED, stage
        if self.run.selection is None:
            return Outcome.NOT_RANKED, ""
        if any(row in ranks for ranks in self.ranks):
            return Outcome.BEYOND_CANDIDATES, "merge"
        return Outcome.NOT_RETRIEVED, "retrieve"

    def _filters(self, row: int) -> tuple[str, ...]:
        """Return the filters that drop an item, also one that did not come to them."""
        at = self.candidate_at.get(row)
        if at is not None:
            return tuple(name for name, kept in self.run.keeps.items() if not kept[at])
        if row in self.places:
            return ()
        alone = CandidateBatch.of_items(np.array([row], np.int64))
        filters = self.pipeline.filters
        return tuple(each.name for each in filters if not each.keep(self.run.context, alone)[0])

    def _rules(self, row: int, place: int | None) -> tuple[str, ...]:
        context, at = self.run.context, np.array([row], np.int64)
        rules, names = self._selection_rules(), []
        selection = self.run.selection
        if place is not None and selection is not None and selection.is_ruled[place]:
            pin = pin_at(rules, context, place, row, len(selection.order))
            names += [] if pin is None else [pin]
        if row in self.ranked_at:
            boosts = (each for each in rules.boosts if each.concerned(context.items, at)[0])
            names += [each.rule.name for each in boosts]
        names += self.moved_by_caps.get(row, [])
        names += [each.rule.name for each in self.blocks if each.concerned(context.items, at)[0]]
        return tuple(names)

    def _selection_rules(self) -> SelectionRules:
        selector = self.pipeline.selector
        return selector.rules if isinstance(selector, SlateSelector) else SelectionRules()

    def _sources(self, row: int) -> tuple[SourceHit, ...]:
        hits = []
        for bit, ranks in enumerate(self.ranks):
            rank = ranks.get(row)
            if rank is not None:
                found = self.run.found[bit]
                assert found.retrieved is not None
                hits.append(SourceHit(found.name, float(found.retrieved.scores[rank]), rank))
        return tuple(hits)

    def _pre_rank(self, row: int) -> PreRank | None:
        at, scores = self.pre_at.get(row), self.run.pre_scores
        if at is None or scores is None:
            return None
        shortlist = self.pipeline.shortlist
        return PreRank(float(scores[at]), int(self.pre_places[at]), len(self.pre_at), shortlist)

    def _probabilities(self, row: int) -> dict[str, float]:
        if self.run.predicted is None:
            return {}
        at = np.flatnonzero(self.run.predicted.items == row)
        return {head: float(column[at[0]]) for head, column in self.run.heads.items() if len(at)}

    def _ranking(self, row: int) -> Ranking | None:
        at, batch = self.ranked_at.get(row), self.run.selectable
        if at is None or batch is None:
            return None
        return Ranking(
            float(batch.scores[at]),
            int(self.score_places[at]),
            float(self.boosted[at]),
            int(self.boosted_places[at]),
        )


def _index(rows: Rows) -> dict[int, int]:
    return {row: at for at, row in enumerate(rows.tolist())}


def _places(rows: Rows, scores: Scores) -> NDArray[np.intp]:
    """Return (n,) each row's place, best first."""
    places = np.empty(len(rows), np.intp)
    places[score_order(rows, scores)] = np.arange(len(rows))
    return places


def _by_place(at: dict[int, int], places: NDArray[np.intp]) -> list[int]:
    return sorted(at, key=lambda row: int(places[at[row]]))
