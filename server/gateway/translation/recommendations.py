"""Served pages as messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from server.core.slate import Degradation
from server.gen.shortlist.v1 import item_pb2, recommendation_pb2
from server.orchestrator.query import Reason, ServedItem, ServedPage

COMPONENTS = ("retrieval", "ranker")


def recommendation_messages(
    items: Iterable[ServedItem], details: Mapping[str, item_pb2.Item] | None
) -> Iterator[recommendation_pb2.Recommendation]:
    """Yield the items in display order.

    Args:
        details: what the read mask asks for, by item id; an item that is not there was deleted
            since and is left out. None: ids only.
    """
    for item in items:
        if details is not None and item.item_id not in details:
            continue
        yield recommendation_pb2.Recommendation(
            item_id=item.item_id,
            item=None if details is None else details[item.item_id],
            score=item.score,
            position=item.position,
            reasons=map(_reason_message, item.reasons),
            sources=item.sources,
        )


def _reason_message(reason: Reason) -> recommendation_pb2.Reason:
    return recommendation_pb2.Reason(
        code=recommendation_pb2.ReasonCode.ValueType(reason.code),
        item_ids=reason.item_ids,
        attribute=reason.attribute,
        value=reason.value,
    )


def model_version_messages(pages: Iterable[ServedPage]) -> list[recommendation_pb2.ModelVersion]:
    """Return each version that served, once for each part of the model."""
    versions = dict.fromkeys(page.model_version for page in pages if page.model_version)
    return [
        recommendation_pb2.ModelVersion(component=component, version=version)
        for version in versions
        for component in COMPONENTS
    ]


def exposure_messages(pages: Iterable[ServedPage]) -> list[recommendation_pb2.Exposure]:
    """Return each experiment's variant once."""
    exposures = dict.fromkeys(pair for page in pages for pair in page.exposures)
    return [
        recommendation_pb2.Exposure(experiment=experiment, variant=variant)
        for experiment, variant in exposures
    ]


def degradation_messages(
    degradations: Iterable[Degradation],
) -> list[recommendation_pb2.Degradation]:
    """Return what did not work."""
    return [
        recommendation_pb2.Degradation(
            kind=recommendation_pb2.DegradationKind.ValueType(each.kind), component=each.component
        )
        for each in degradations
    ]
