"""Hydrator of the ranker's input for the shortlist.

Shape letters: N candidates, F features, H heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from server.core.batch import CandidateBatch, Column
from server.core.context import RequestContext
from server.features.candidate_scope import CandidateScope, ItemValues
from server.features.model_users import ModelUsers
from server.features.ranker_features import RankerFeatures
from server.features.recent_items import RecentItems, recent_rows
from server.features.request_scope import RequestScope
from server.features.static_items import StaticItemColumns

REASON_COLUMNS = ("candidate.times_engaged", "candidate.days_since_engaged")


class ModelFeatures:
    """Adds "features" (N, F), "wide" (N, H) and the raw `candidate.*` columns.

    Takes less than a millisecond of CPU for a few hundred rows, so it runs on the event loop.
    """

    name: ClassVar[str] = "model_features"

    def __init__(
        self,
        features: RankerFeatures,
        static: StaticItemColumns,
        values: ItemValues,
        users: ModelUsers,
    ) -> None:
        self._features = features
        self._static = static
        self._values = values
        self._users = users

    async def hydrate(self, context: RequestContext, batch: CandidateBatch) -> Mapping[str, Column]:
        return self.assemble(context, batch)

    def assemble(self, context: RequestContext, batch: CandidateBatch) -> Mapping[str, Column]:
        """Return the columns."""
        recent = self._recent_items(context)
        shared = RequestScope(context, self._users, recent, self._values.priors)
        by_row = CandidateScope(context, batch, self._values, recent)
        static_NW = self._static.of(context.items, batch.items)
        columns: dict[str, Column] = {
            "features": self._features.features(shared, by_row, static_NW),
            "wide": self._features.wide(shared, by_row),
        }
        for name in REASON_COLUMNS:
            by_row.numbers(name)
        return {**by_row.columns(), **columns}

    def defaults(self, batch: CandidateBatch) -> Mapping[str, Column]:
        """Return zeros, what a normalised feature has on average, and never-engaged candidates."""
        count = len(batch)
        return {
            "features": np.zeros((count, self._features.width), np.float32),
            "wide": np.zeros((count, self._features.heads), np.float32),
            "candidate.times_engaged": np.zeros(count, np.float32),
            "candidate.days_since_engaged": np.full(count, np.nan, np.float32),
        }

    def _recent_items(self, context: RequestContext) -> RecentItems:
        rows = recent_rows(context.user, context.items.size)
        return RecentItems(context.items, self._values.texts, rows, self._values.holders)
