"""Drop items that a rule of the surface blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.core.batch import CandidateBatch, Mask
from server.core.context import RequestContext
from server.core.filter_expression import FilterField
from server.core.rule_items import RuleItems
from server.core.surface import Rule, RuleKind


@dataclass(frozen=True, slots=True)
class Blocked:
    """What any BLOCK rule concerns."""

    name: ClassVar[str] = "blocked"
    rules: tuple[RuleItems, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule], fields: Mapping[str, FilterField]) -> Blocked:
        """Compile the BLOCK rules; the others are ignored."""
        blocks = [RuleItems.of(rule, fields) for rule in rules if rule.kind is RuleKind.BLOCK]
        return cls(tuple(blocks))

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        kept = np.ones(len(batch), np.bool_)
        for rule in self.rules:
            kept &= ~rule.concerned(context.items, batch.items)
        return kept
