"""Explanations of requests, as messages."""

from __future__ import annotations

from google.protobuf.duration_pb2 import Duration

from server.gateway.translation.recommendations import (
    degradation_messages,
    exposure_messages,
    model_version_messages,
    reason_message,
)
from server.gateway.translation.rules import rule_resource
from server.gen.shortlist.admin.v1 import explanation_pb2 as proto
from server.gen.shortlist.admin.v1 import explanation_service_pb2 as service
from server.orchestrator.request_explanation.explanation import (
    ItemExplanation,
    RequestExplanation,
    SourceTrace,
    StageTrace,
)

_NANOS = 1_000_000_000


def explanation_message(told: RequestExplanation) -> service.ExplainRecommendationResponse:
    """Return the whole explanation."""
    surface = told.serving_config
    return service.ExplainRecommendationResponse(
        serving_config=surface,
        stages=map(_stage, told.stages),
        sources=map(_source, told.sources),
        filters=(
            proto.FilterTrace(name=name, dropped_count=count)
            for name, count in told.filters.items()
        ),
        rules=(rule_resource(surface, rule) for rule in told.rules),
        shown_items=(_item(item, surface) for item in told.shown),
        asked_items=(_item(item, surface) for item in told.asked),
        dropped_items=(_item(item, surface) for item in told.dropped),
        model_versions=model_version_messages([told]),
        exposures=exposure_messages([told]),
        degradations=degradation_messages(told.degradations),
        request_id=told.request_id,
    )


def _stage(stage: StageTrace) -> proto.StageTrace:
    return proto.StageTrace(
        name=stage.name,
        duration=_duration(stage.seconds),
        input_count=stage.input_count,
        output_count=stage.output_count,
    )


def _source(source: SourceTrace) -> proto.SourceTrace:
    return proto.SourceTrace(
        name=source.name,
        limit=source.limit,
        candidate_count=source.count,
        duration=_duration(source.seconds),
        failed=source.has_failed,
    )


def _item(item: ItemExplanation, surface: str) -> proto.ItemExplanation:
    message = proto.ItemExplanation(
        item_id=item.item_id,
        outcome=proto.ItemOutcome.ValueType(item.outcome),
        stage=item.stage,
        position=item.position,
        filters=item.filters,
        rules=(rule_resource(surface, rule) for rule in item.rules),
        sources=(
            proto.SourceHit(source=hit.source, score=hit.score, rank=hit.rank)
            for hit in item.sources
        ),
        probabilities=item.probabilities,
        explored=item.is_explored,
        propensity=item.propensity,
        reasons=map(reason_message, item.reasons),
        features=(
            proto.FeatureEffect(name=each.name, effect=each.effect) for each in item.features
        ),
    )
    if item.pre_rank is not None:
        message.pre_rank.score = item.pre_rank.score
        message.pre_rank.place = item.pre_rank.place
        message.pre_rank.candidate_count = item.pre_rank.count
        message.pre_rank.shortlist = item.pre_rank.shortlist
    if item.ranking is not None:
        message.ranking.score = item.ranking.score
        message.ranking.place = item.ranking.place
        message.ranking.boosted_score = item.ranking.boosted_score
        message.ranking.boosted_place = item.ranking.boosted_place
    return message


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromNanoseconds(round(seconds * _NANOS))
    return duration
