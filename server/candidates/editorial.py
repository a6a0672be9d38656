"""Items that a rule of the surface places, so that they are ranked whatever the models say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.candidates.best_rows import is_allowed
from server.core.batch import Retrieved
from server.core.context import RequestContext
from server.core.surface import Rule, RuleKind


@dataclass(frozen=True, slots=True)
class Editorial:
    """The items of the surface's PIN rules, in the order of the rules; all score 1."""

    name: ClassVar[str] = "editorial"
    item_ids: tuple[str, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> Editorial:
        pinned = [item for rule in rules if rule.kind is RuleKind.PIN for item in rule.item_ids]
        return cls(tuple(dict.fromkeys(pinned)))

    async def retrieve(self, context: RequestContext, limit: int) -> Retrieved:
        rows = context.items.known_rows(self.item_ids)
        rows = rows[is_allowed(rows, context.allowed)][:limit]
        return Retrieved(rows, np.ones(len(rows), np.float32))
