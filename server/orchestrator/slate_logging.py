"""Logs every personal page with its features and propensities, for training and evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch
from server.core.context import RequestContext
from server.core.slate import Slate
from server.events.ports import SlateLog, SlateRecord
from server.orchestrator.page import FEATURES, POSITION
from server.orchestrator.pipeline import hydrate, hydrate_features
from server.orchestrator.serving_state import ServingState, ServingStates


@dataclass(frozen=True, slots=True)
class LogSlate:
    """Writes a `SlateRecord`; replies without a subject are shared and stay out.

    The batch of the slate holds one page, with its absolute positions in the column `position`.
    Pages after a feed's first don't carry features any more: they are read again.
    """

    name: ClassVar[str] = "slate_log"
    log: SlateLog
    states: ServingStates

    async def run(self, context: RequestContext, slate: Slate) -> None:
        if context.subject is None or len(slate) == 0:
            return
        state = self.states.current
        # After a swap, another model's features would be mistaken for those that served.
        is_same = state.version == slate.model_version
        features = await self._features(context, slate, state) if is_same else None
        batch = slate.batch
        self.log.write(
            SlateRecord(
                request_id=context.request_id,
                served_ms=context.wall_ms,
                subject_key=context.subject.key,
                session_id=context.session_id,
                serving_config=context.surface.name,
                model_version=slate.model_version,
                variants=tuple(sorted(context.variants.items())),
                item_ids=tuple(context.items.ids[row] for row in batch.items.tolist()),
                positions=batch.columns[POSITION],
                propensities=slate.propensities,
                scores=batch.scores,
                feature_names=() if features is None else state.parts.feature_names,
                features=features,
            )
        )

    async def _features(
        self, context: RequestContext, slate: Slate, state: ServingState
    ) -> NDArray[np.float32] | None:
        if FEATURES in slate.batch.columns or not state.parts.feature_hydrators:
            return slate.batch.columns.get(FEATURES)
        pipeline = state.rankings[context.surface.name]
        batch = CandidateBatch.of_items(slate.batch.items)
        batch = await hydrate(context, batch, pipeline.catalog_hydrators)
        batch = await hydrate_features(context, batch, pipeline.feature_hydrators)
        return batch.columns.get(FEATURES)
