"""What the page would be without one thing: diversity, caps, pins, stochastic slots.

The selector is a pure function, so it is asked again with that thing left out; nothing about how
it works is repeated here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from server.core.batch import CandidateBatch
from server.core.context import RequestContext
from server.core.rule_items import RuleItems
from server.core.surface import Exploration
from server.orchestrator.request_explanation.explanation import Outcome
from server.rankers.business_rules import SelectionRules
from server.rankers.selector import SlateSelector

Change = Callable[[SlateSelector, RequestContext], tuple[SlateSelector, RequestContext]]


@dataclass(slots=True)
class Alternatives:
    """Other selections from the candidates of one ranking; each is made at most once."""

    selector: SlateSelector
    context: RequestContext
    batch: CandidateBatch
    page_size: int
    _known: dict[str, dict[int, int]]

    @classmethod
    def of(
        cls, selector: SlateSelector, context: RequestContext, batch: CandidateBatch, page_size: int
    ) -> Alternatives:
        return cls(selector, context, batch, page_size, {})

    def cause(self, row: int) -> Outcome | None:
        """Return what keeps a ranked item off the page; None: its score."""
        for outcome, changes in _CAUSES:
            place = self._without(f"{outcome}{len(changes)}", changes).get(row)
            if place is not None and place < self.page_size:
                return outcome
        return None

    def moved_by_caps(self, places: dict[int, int]) -> dict[int, list[str]]:
        """Return, by row, the caps without which an item of theirs would stand further ahead.

        Args:
            places: row -> place in the slate as it is.
        """
        moved: dict[int, list[str]] = {}
        for cap in self.selector.rules.caps:
            others = tuple(each for each in self.selector.rules.caps if each is not cap)
            without = self._without(f"cap {cap.rule.name}", (_with_caps(others),))
            concerned = cap.concerned(self.context.items, self.batch.items)
            for row in self.batch.items[concerned].tolist():
                last = len(self.batch)
                if without.get(row, last) < places.get(row, last):
                    moved.setdefault(row, []).append(cap.rule.name)
        return moved

    def _without(self, key: str, changes: tuple[Change, ...]) -> dict[int, int]:
        """Return row -> place after changes."""
        if key not in self._known:
            selector, context = self.selector, self.context
            for change in changes:
                selector, context = change(selector, context)
            order = selector.select(context, self.batch).order
            rows = self.batch.items[order].tolist()
            self._known[key] = {row: place for place, row in enumerate(rows)}
        return self._known[key]


def pin_at(
    rules: SelectionRules, context: RequestContext, place: int, row: int, length: int
) -> str | None:
    """Return the name of the pin that put an item at a place of a slate."""
    for pin in rules.pins:
        position = pin.position - context.first_position
        is_here = 0 <= position < context.limit and min(position, length - 1) == place
        if is_here and row in context.items.known_rows(pin.item_ids):
            return pin.name
    return None


def _with_caps(caps: tuple[RuleItems, ...]) -> Change:
    def change(
        selector: SlateSelector, context: RequestContext
    ) -> tuple[SlateSelector, RequestContext]:
        rules = replace(selector.rules, caps=caps)
        return replace(selector, rules=rules), context

    return change


def _without_diversity(
    selector: SlateSelector, context: RequestContext
) -> tuple[SlateSelector, RequestContext]:
    return selector, replace(context, diversity=0.0)


def _without_places(
    selector: SlateSelector, context: RequestContext
) -> tuple[SlateSelector, RequestContext]:
    rules = replace(selector.rules, pins=())
    return replace(selector, rules=rules, exploration=Exploration()), context


_NO_CAPS = _with_caps(())
# One thing alone first, then what only several together do.
_CAUSES: tuple[tuple[Outcome, tuple[Change, ...]], ...] = (
    (Outcome.DIVERSITY, (_without_diversity,)),
    (Outcome.CAPPED, (_NO_CAPS,)),
    (Outcome.DISPLACED, (_without_places,)),
    (Outcome.CAPPED, (_without_diversity, _NO_CAPS)),
    (Outcome.DISPLACED, (_without_diversity, _NO_CAPS, _without_places)),
)
