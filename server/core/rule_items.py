"""Which items a business rule concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.core.batch import Mask, Rows
from server.core.filter_expression import FilterField, Predicate, compile_filter
from server.core.item_columns import ItemColumns
from server.core.surface import Rule


@dataclass(frozen=True, slots=True)
class RuleItems:
    """A rule, ready to be asked about rows; without filter and ids it concerns every item."""

    rule: Rule
    predicate: Predicate | None

    @classmethod
    def of(cls, rule: Rule, fields: Mapping[str, FilterField]) -> RuleItems:
        """Compile the rule's filter.

        Raises:
            InvalidFilterError, UnknownAttributeError: the filter is wrong.
        """
        return cls(rule, compile_filter(rule.filter, fields) if rule.filter else None)

    def concerned(self, items: ItemColumns, rows: Rows) -> Mask:
        """Return (N,) which rows match the filter or are listed."""
        if self.predicate is None and not self.rule.item_ids:
            return np.ones(len(rows), np.bool_)
        found: Mask = np.zeros(len(rows), np.bool_)
        if self.predicate is not None:
            found = self.predicate.matching(items, rows)
        if self.rule.item_ids:
            found = found | np.isin(rows, items.known_rows(self.rule.item_ids))
        return found
