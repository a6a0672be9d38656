"""CAP rules: at most so many matching items among neighboring positions.

Shape letters: N candidates, T values that can be exceeded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from server.core.batch import Rows
from server.core.item_columns import ItemColumns
from server.core.rule_items import RuleItems
from server.rankers.similarity import attribute_values


@dataclass(slots=True)
class CapWindow:
    """One CAP rule while a slate is filled from front to back; lives for one selection.

    Attributes:
        values: for each of the N candidates, which values it counts toward; without an attribute
            the one value is that the rule concerns it.
        behind, ahead: value -> ascending positions where it stands, before the position being
            filled and (pinned) after it.
    """

    limit: int
    window: int
    values: list[list[int]]
    behind: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    ahead: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, cap: RuleItems, items: ItemColumns, rows: Rows) -> CapWindow | None:
        """Return the empty window; None if the candidates can't exceed the cap."""
        rule = cap.rule
        has = cap.concerned(items, rows)[:, None]
        if rule.attribute:
            has = has & attribute_values(items, rows, rule.attribute).has
        has[:, np.count_nonzero(has, axis=0) <= rule.limit] = False
        candidates, values = np.nonzero(has)
        if len(values) == 0:
            return None
        by_candidate: list[list[int]] = [[] for _ in range(len(rows))]
        for candidate, value in zip(candidates.tolist(), values.tolist(), strict=True):
            by_candidate[candidate].append(value)
        return cls(rule.limit, rule.window, by_candidate)

    def pin(self, places: Iterable[tuple[int, int]]) -> None:
        """Note candidates whose position is given, before anything is filled."""
        for position, candidate in sorted(places):
            for value in self.values[candidate]:
                self.ahead[value].append(position)

    def place(self, candidate: int, position: int) -> None:
        """Note what stands at the position that has just been filled."""
        for value in self.values[candidate]:
            self.behind[value].append(position)
            if self.ahead[value] and self.ahead[value][0] == position:
                self.ahead[value].pop(0)

    def refuses(self, candidate: int, position: int) -> bool:
        """Tell whether the candidate would break the cap at the next position."""
        return any(self._is_full(value, position) for value in self.values[candidate])

    def _is_full(self, value: int, position: int) -> bool:
        behind, ahead = self.behind[value], self.ahead[value]
        if self.limit <= 0:
            return True
        if not ahead:
            # Full if the limit-th latest is still within the window that ends here.
            return len(behind) >= self.limit and behind[-self.limit] > position - self.window
        near = [each for each in behind if each > position - self.window] + ahead
        starts = [*(each for each in near if each <= position), position]
        return any(
            sum(start <= each < start + self.window for each in near) >= self.limit
            for start in starts
        )
