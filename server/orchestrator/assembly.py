"""Builds each surface's pipeline from a model version's parts and the live data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.candidates.co_engaged import CoEngaged
from server.candidates.content import Content
from server.candidates.editorial import Editorial
from server.candidates.engaged_before import EngagedBefore
from server.candidates.explore import Explore
from server.candidates.fresh import Fresh
from server.candidates.popular import Popular
from server.candidates.popular_items import PopularItems
from server.candidates.trending import Trending
from server.candidates.two_tower import TwoTower
from server.core.filter_expression import FilterField
from server.core.stages import Filter, Predictor, Scorer, Source
from server.core.surface import Surface
from server.features.ports import ItemSignals
from server.filters.allowed import Allowed
from server.filters.blocked import Blocked
from server.filters.engaged import Engaged
from server.filters.excluded import Excluded
from server.filters.seen import Seen
from server.filters.unavailable import Unavailable
from server.orchestrator.decorators import WithFallback
from server.orchestrator.live_popularity import LivePopularity
from server.orchestrator.pipeline import Pipeline, Quota
from server.orchestrator.serving_state import ModelParts, ServingState
from server.orchestrator.surface_checks import check_surface
from server.orchestrator.surfaces import Surfaces
from server.orchestrator.turns import Turns
from server.rankers.business_rules import KeepPinned, SelectionRules
from server.rankers.fallback_predictor import FallbackPredictor
from server.rankers.impression_discount import ImpressionDiscount
from server.rankers.objective import Objective
from server.rankers.pre_ranker import PreRanker
from server.rankers.selector import ByScore, SlateSelector

# Without a trained model: what needs none.
_UNTRAINED = {"content": 1.0, "co_engaged": 1.0, "trending": 0.7, "popularity": 0.5}
# Without a ranker the sources' own order counts; shared surfaces have no subject it could know.
_SHARED_SOURCES = ("two_tower", "content", "co_engaged", "trending")
_SHARED_POPULARITY = 0.1
_ALL = 1_000_000
_ENGAGEMENT = Objective.of({"engagement": 1.0})


@dataclass(frozen=True, slots=True)
class LiveSources:
    """Sources that need no model; they are kept across model versions.

    `more` are a deployment's own, by the name that surfaces use.
    """

    signals: ItemSignals
    popular: PopularItems
    fresh: Fresh = field(default_factory=Fresh)
    more: Mapping[str, Source] = field(default_factory=dict)
    turns: Turns = field(default_factory=Turns)

    @classmethod
    def of(cls, signals: ItemSignals, more: Mapping[str, Source] | None = None) -> LiveSources:
        return cls(signals, PopularItems(signals), more=more or {})


def serving_state(
    parts: ModelParts,
    surfaces: Surfaces,
    live: LiveSources,
    fields: Mapping[str, FilterField],
) -> ServingState:
    """Build the pipelines of every surface.

    Args:
        fields: the declared item attributes (`filter_masks.filter_fields`).

    Raises:
        InvalidRequestError: a surface is wrong; the message names each key and its remedy.
    """
    for surface in surfaces:
        check_surface(surface, fields, live.more)
    return ServingState(
        parts=parts,
        surfaces=surfaces,
        pipelines={each.name: _pipeline(each, parts, live, fields) for each in surfaces},
        rankings={each.name: _ranking(each, parts, live) for each in surfaces},
    )


def _pipeline(
    surface: Surface, parts: ModelParts, live: LiveSources, fields: Mapping[str, FilterField]
) -> Pipeline:
    quotas = [Quota(source, limit) for source, limit in _sources(surface, parts, live)]
    names = tuple(quota.source.name for quota in quotas)
    editorial = Editorial.of(surface.rules)
    pre_ranker: Scorer = _pre_ranker(surface, parts, names)
    if editorial.item_ids:
        pre_ranker = KeepPinned(pre_ranker, editorial.item_ids)
    filters: list[Filter] = [Unavailable(), Excluded(), Seen(), Engaged(), Allowed()]
    blocked = Blocked.of(surface.rules, fields)
    if blocked.rules:
        filters.append(blocked)
    objective = _objective(surface, parts)
    return Pipeline(
        sources=quotas,
        source_timeout_s=surface.source_timeout_s,
        last_resort=Popular(live.popular),
        candidates=surface.candidates,
        catalog_hydrators=parts.catalog_hydrators or (LivePopularity(live.signals),),
        filters=filters,
        pre_ranker=pre_ranker,
        shortlist=surface.shortlist,
        feature_hydrators=parts.feature_hydrators if surface.has_ranker else (),
        predictor=_predictor(surface, parts, objective),
        objective=ImpressionDiscount(objective),
        selector=SlateSelector(
            rules=SelectionRules.of(surface.rules, fields),
            exploration=surface.exploration,
            diversity_attribute=surface.diversity_attribute,
            vectors=parts.item_vectors,
        ),
        model_version=parts.version,
        turns=live.turns,
    )


def _ranking(surface: Surface, parts: ModelParts, live: LiveSources) -> Pipeline:
    """The pipeline for given items: nothing is retrieved, and only the score decides."""
    objective = _objective(surface, parts)
    return Pipeline(
        sources=(),
        last_resort=Popular(live.popular),
        candidates=surface.candidates,
        catalog_hydrators=parts.catalog_hydrators or (LivePopularity(live.signals),),
        filters=(Unavailable(),),
        pre_ranker=_pre_ranker(surface, parts, ()),
        shortlist=_ALL,
        feature_hydrators=parts.feature_hydrators,
        predictor=_predictor(surface, parts, objective),
        objective=objective,
        selector=ByScore(),
        model_version=parts.version,
        turns=live.turns,
    )


def _sources(
    surface: Surface, parts: ModelParts, live: LiveSources
) -> Iterator[tuple[Source, int]]:
    """Yield the surface's sources that can work with these parts, and their quotas."""
    known: dict[str, Source] = {
        "trending": Trending(live.signals),
        "popular": Popular(live.popular),
        "fresh": live.fresh,
        "explore": Explore(),
        "engaged_before": EngagedBefore(),
        **live.more,
    }
    if parts.item_index is not None:
        known["two_tower"] = TwoTower(parts.item_index)
    if parts.content_index is not None:
        known["content"] = Content(parts.content_index)
    if parts.co_engagement is not None:
        known["co_engaged"] = CoEngaged(parts.co_engagement)
    for name, limit in surface.sources.items():
        if name in known:
            yield known[name], limit
    editorial = Editorial.of(surface.rules)
    if editorial.item_ids:
        yield editorial, len(editorial.item_ids)


def _pre_ranker(surface: Surface, parts: ModelParts, names: tuple[str, ...]) -> PreRanker:
    weights = parts.pre_ranker_weights or _UNTRAINED
    if not surface.has_ranker:
        weights = dict.fromkeys((each for each in _SHARED_SOURCES if each in surface.sources), 1.0)
        if surface.is_shared:
            weights["popularity"] = _SHARED_POPULARITY
    return PreRanker(weights, names, parts.max_popularity)


def _objective(surface: Surface, parts: ModelParts) -> Objective:
    if parts.predictor is None or not surface.has_ranker:
        return _ENGAGEMENT
    if surface.objective:
        return Objective.of(surface.objective)
    return parts.objective or _ENGAGEMENT


def _predictor(surface: Surface, parts: ModelParts, objective: Objective) -> Predictor:
    fallback = FallbackPredictor.of(objective.weights)
    if parts.predictor is None or not surface.has_ranker:
        return fallback
    return WithFallback(parts.predictor, fallback)
