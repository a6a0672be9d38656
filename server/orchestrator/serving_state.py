"""Everything one model version serves with: swapped as a whole, pinned by each request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.candidates.ports import CoEngagement
from server.core.stages import FeatureHydrator, Hydrator, Predictor
from server.embeddings.ports import ContentEncoder, UserEncoder
from server.orchestrator.pipeline import Pipeline
from server.orchestrator.surfaces import Surfaces
from server.rankers.objective import Objective
from server.rankers.ports import ItemVectors
from server.vector_index.ports import VectorIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelParts:
    """What one loaded model version brings, all of one embedding space; nothing by default.

    Attributes:
        version: empty: no trained model is loaded.
        item_index, user_encoder: two-tower retrieval. item_vectors: the same vectors by row, for
            diversity and similar items.
        content_index, content_encoder: content retrieval.
        catalog_hydrators: run on all candidates; feature_hydrators: on the shortlist.
        pre_ranker_weights, max_popularity: see `PreRanker`.
        feature_names: of the columns of `features`, for the slate log.
    """

    version: str = ""
    embedding_space_id: str = ""
    item_index: VectorIndex | None = None
    user_encoder: UserEncoder | None = None
    item_vectors: ItemVectors | None = None
    content_index: VectorIndex | None = None
    content_encoder: ContentEncoder | None = None
    co_engagement: CoEngagement | None = None
    catalog_hydrators: Sequence[Hydrator] = ()
    feature_hydrators: Sequence[FeatureHydrator] = ()
    predictor: Predictor | None = None
    objective: Objective | None = None
    pre_ranker_weights: Mapping[str, float] = field(default_factory=dict)
    max_popularity: float | None = None
    feature_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingState:
    """A model version and the pipelines built on it; see `assembly.serving_state`.

    Attributes:
        pipelines: by surface. rankings: by surface, for ranking given items by score alone.
    """

    parts: ModelParts
    surfaces: Surfaces
    pipelines: Mapping[str, Pipeline]
    rankings: Mapping[str, Pipeline]

    @property
    def version(self) -> str:
        return self.parts.version


class ServingStates:
    """Holds the state that new requests begin with."""

    def __init__(self, first: ServingState) -> None:
        self._current = first

    @property
    def current(self) -> ServingState:
        return self._current

    def swap(self, state: ServingState) -> None:
        """Serve new requests with `state`; those under way keep theirs."""
        self._current = state
