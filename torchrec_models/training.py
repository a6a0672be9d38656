"""Trains everything for a snapshot: retrieval on the earlier part, the ranker on what came after,
then retrieval again on all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import Histories, build_histories
from torchrec_models.data.labels import choose_heads, join_labels
from torchrec_models.data.snapshot import Events, Snapshot
from torchrec_models.data.splits import TimeSplit, split_by_time, split_globally
from torchrec_models.errors import SnapshotError
from torchrec_models.evaluation.full_ranking import HeldOut, held_out
from torchrec_models.features.affinity import ItemValues, item_values
from torchrec_models.features.candidate_models import CandidateModels
from torchrec_models.features.counts import Counters, build_counters
from torchrec_models.features.queries import Queries
from torchrec_models.features.raw_columns import World
from torchrec_models.progress import report
from torchrec_models.ranker.fitting import FittedRanker, fit_on_stacked_rows
from torchrec_models.ranker.impression_fitting import (
    VALIDATION_SHARE,
    RankerData,
    fit_on_impressions,
)
from torchrec_models.ranker.impressions import impression_rows
from torchrec_models.ranker.stacking import stacked_rows
from torchrec_models.recipe import Recipe
from torchrec_models.retrieval.content import fit_content
from torchrec_models.retrieval.retrieval_models import RetrievalModels, fit_retrieval
from torchrec_models.retrieval.two_tower import TowerFeatures, tower_features, user_vectors

MIN_POSITIVES = 20
# With impressions the retrieval models of the candidate features learn from the part before.
IMPRESSION_LABEL_SHARE = 0.6
# Share of the impressions after which candidates are stacked.
STACKING_CUT = 0.6


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """All parts of a version, before it is written."""

    snapshot: Snapshot
    recipe: Recipe
    seed: int
    towers: TowerFeatures
    retrieval: RetrievalModels
    ranker: FittedRanker
    world: World
    objective: dict[str, float]
    metrics: dict[str, float]


def train_model(snapshot: Snapshot, recipe: Recipe, *, seed: int) -> TrainedModel:
    """Train a complete model on a snapshot.

    Raises:
        SnapshotError: There is too little engagement to learn from.
    """
    events = snapshot.events
    if int(events.is_positive.sum()) < MIN_POSITIVES:
        raise SnapshotError(
            f"events.parquet: fewer than {MIN_POSITIVES} positive events; import more data first"
        )
    heads = choose_heads(events, has_impressions=snapshot.has_impressions)
    towers = tower_features(snapshot.items, snapshot.users, recipe.two_tower)
    content = fit_content(snapshot.items, recipe.content, seed=seed)
    split = _split(snapshot, recipe)
    before_E = split.is_before(events)
    earlier, later = events.take(before_E), events.take(~before_E)
    report(f"{len(events)} events; heads {', '.join(heads)}; {len(later)} events are labels")
    validation = validation_part(snapshot, earlier, later)
    now = int(earlier.time_E.max()) + 1
    first = fit_retrieval(
        snapshot,
        earlier,
        towers,
        content,
        recipe,
        seed=seed,
        data_time_ms=now,
        validation=validation,
    )
    builder = WorldBuilder(snapshot, recipe, heads)
    ranker = _fit_ranker(builder, first, split, earlier, later, seed=seed)
    everything = fit_retrieval(
        snapshot,
        events,
        towers,
        content,
        recipe,
        seed=seed,
        data_time_ms=snapshot.data_time_ms,
        epochs=max(1, first.epochs),
    )
    return TrainedModel(
        snapshot=snapshot,
        recipe=recipe,
        seed=seed,
        towers=towers,
        retrieval=everything,
        ranker=ranker,
        world=builder.world(events, everything),
        objective=ranker.objective,
        metrics={"two_tower_validation_recall_at_20": first.validation_recall, **ranker.metrics},
    )


def _split(snapshot: Snapshot, recipe: Recipe) -> TimeSplit:
    """Cut for labels; with impressions at their start or the middle, so that many become rows."""
    events, user_count = snapshot.events, len(snapshot.users.ids)
    if not snapshot.has_impressions:
        return split_by_time(events, user_count, recipe.label_share)
    middle = split_globally(events, user_count, IMPRESSION_LABEL_SHARE)
    shown = events.time_E[events.is_type("impression")]
    positive = events.time_E[events.is_positive]
    first = int(shown.min(initial=int(positive.max())))
    known_share = float((positive < first).mean())
    if known_share < 1 - IMPRESSION_LABEL_SHARE:
        return middle
    return TimeSplit(np.full(user_count, first, dtype=np.int64), is_global=True)


def validation_part(snapshot: Snapshot, earlier: Events, later: Events) -> HeldOut:
    """Return the users and new items that early stopping of retrieval looks at."""
    user_count = len(snapshot.users.ids)
    return held_out(
        build_histories(earlier, user_count), build_histories(later, user_count), repeats=False
    )


@dataclass(frozen=True, slots=True)
class WorldBuilder:
    """Builds what raw features are computed from, for a part of the events."""

    snapshot: Snapshot
    recipe: Recipe
    heads: list[str]

    @property
    def history_length(self) -> int:
        """The longest history that any feature looks at."""
        recipe = self.recipe
        return max(200, recipe.two_tower.history_length, recipe.co_engagement.history_length)

    def world(
        self, events: Events, retrieval: RetrievalModels, histories: Histories | None = None
    ) -> World:
        """Return the world as known from `events`, with the given retrieval models."""
        snapshot = self.snapshot
        user_count = len(snapshot.users.ids)
        return World(
            items=snapshot.items,
            histories=histories or build_histories(events, user_count),
            counters=self.counters(events),
            models=candidate_models(retrieval),
            values=self.values(),
        )

    def counters(self, events: Events) -> Counters:
        """Count events; priors are the heads' rates over impressions, 0 without impressions."""
        snapshot = self.snapshot
        return build_counters(
            events,
            self.heads if snapshot.has_impressions else [],
            item_count=len(snapshot.items.ids),
            user_count=len(snapshot.users.ids),
            priors=self.priors(),
        )

    def priors(self) -> dict[str, float]:
        """Return each head's rate over all impressions."""
        events = self.snapshot.events
        impressions = np.flatnonzero(events.is_type("impression"))
        if not self.snapshot.has_impressions or len(impressions) == 0:
            return {}
        rates = join_labels(events, impressions, self.heads).mean(axis=0)
        return {head: float(rate) for head, rate in zip(self.heads, rates, strict=True)}

    def values(self) -> dict[str, ItemValues]:
        """Return the categorical item attributes for affinities and favourites."""
        return {
            name: item_values(attribute.strings)
            for name, attribute in self.snapshot.items.attributes.items()
            if attribute.kind in ("string", "strings") and attribute.strings is not None
        }


def candidate_models(retrieval: RetrievalModels) -> CandidateModels:
    """Return the arrays that candidate scores need."""
    model = retrieval.two_tower
    length = model.recipe.history_length

    def encode(queries: Queries) -> npt.NDArray[np.float32]:
        return user_vectors(model, queries.user_Q, queries.recent_QN[:, :length])

    return CandidateModels(
        item_vector_MD=retrieval.item_vector_MD,
        content_MC=retrieval.content.vector_MD,
        co_weight_MM=retrieval.co_engagement.matrix(),
        co_history_length=retrieval.co_engagement.history_length,
        popularity_M=retrieval.popularity.lifetime_M,
        encode_users=encode,
    )


def _fit_ranker(
    builder: WorldBuilder,
    retrieval: RetrievalModels,
    split: TimeSplit,
    earlier: Events,
    later: Events,
    *,
    seed: int,
) -> FittedRanker:
    snapshot, heads, recipe = builder.snapshot, builder.heads, builder.recipe
    if not snapshot.has_impressions:
        return fit_on_stacked_rows(
            snapshot,
            builder.world(earlier, retrieval),
            later,
            heads,
            recipe,
            time_ms=int(earlier.time_E.max()) + 1,
            history_length=builder.history_length,
            seed=seed,
        )
    data = _ranker_data(builder, retrieval, from_ms=int(split.cut_U.min()), seed=seed)
    return fit_on_impressions(snapshot, data, heads, recipe, seed=seed)


def _ranker_data(
    builder: WorldBuilder, retrieval: RetrievalModels, *, from_ms: int, seed: int
) -> RankerData:
    """Collect impressions from the cut on, and candidates as of a moment among them.

    Counters and histories are those of each row's time; only the retrieval models must not have
    seen the outcomes. The candidates' labels end where the validation impressions begin.
    """
    snapshot, events, heads = builder.snapshot, builder.snapshot.events, builder.heads
    world = builder.world(events, retrieval)
    shown = impression_rows(
        events, world.histories, heads, from_ms=from_ms, history_length=builder.history_length
    )
    time_I = shown.queries.time_Q
    now = int(time_I[int(len(time_I) * STACKING_CUT)])
    until = int(time_I[int(len(time_I) * (1 - VALIDATION_SHARE))])
    past = builder.world(events.take(events.time_E < now), retrieval)
    limit = max(1, len(time_I) // (2 * builder.recipe.candidates.negatives))
    stacked = stacked_rows(
        past,
        events.take((events.time_E >= now) & (events.time_E < until)),
        heads,
        replace(builder.recipe, stacking_users=min(builder.recipe.stacking_users, limit)),
        time_ms=now,
        history_length=builder.history_length,
        user_count=len(snapshot.users.ids),
        seed=seed,
    )
    return RankerData(shown, world, stacked, past)
