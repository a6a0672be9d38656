"""Fits all retrieval models of one part of the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import Histories, build_histories
from torchrec_models.data.snapshot import Events, Snapshot
from torchrec_models.evaluation.full_ranking import HeldOut
from torchrec_models.progress import report
from torchrec_models.recipe import Recipe
from torchrec_models.retrieval.co_engagement import CoEngagement, fit_co_engagement
from torchrec_models.retrieval.content import Content
from torchrec_models.retrieval.popularity import Popularity, fit_popularity
from torchrec_models.retrieval.two_tower import TowerFeatures, TwoTower, all_item_vectors
from torchrec_models.retrieval.two_tower_training import train_two_tower


@dataclass(frozen=True, slots=True)
class RetrievalModels:
    """What the sources and the candidate features need, fitted on one part of the data."""

    two_tower: TwoTower
    epochs: int
    validation_recall: float
    item_vector_MD: npt.NDArray[np.float32]
    co_engagement: CoEngagement
    content: Content
    popularity: Popularity


def fit_retrieval(
    snapshot: Snapshot,
    events: Events,
    features: TowerFeatures,
    content: Content,
    recipe: Recipe,
    *,
    seed: int,
    data_time_ms: int,
    validation: HeldOut | None = None,
    epochs: int | None = None,
) -> RetrievalModels:
    """Fit on `events`; early stopping on `validation`, or exactly `epochs` epochs."""
    item_count = len(snapshot.items.ids)
    histories: Histories = build_histories(events, len(snapshot.users.ids))
    co_engagement = fit_co_engagement(histories, item_count, recipe.co_engagement)
    report(f"co-engagement: {item_count} items")
    trained = train_two_tower(
        features,
        histories,
        recipe.two_tower,
        item_count=item_count,
        seed=seed,
        validation=validation,
        epochs=epochs,
    )
    return RetrievalModels(
        two_tower=trained.model,
        epochs=trained.epochs,
        validation_recall=trained.recall,
        item_vector_MD=all_item_vectors(trained.model),
        co_engagement=co_engagement,
        content=content,
        popularity=fit_popularity(events, item_count, data_time_ms),
    )
