"""Served pages as messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from server.core.slate import Degradation
from server.gen.shortlist.v1 import item_pb2, recommendation_pb2
from server.orchestrator.query import Reason, ServedItem

COMPONENTS = ("retrieval", "ranker")


class Answer(Protocol):
    """What served: a page, or what explains one."""

    @property
    def model_version(self) -> str: ...

    @property
    def exposures(self) -> tuple[tuple[str, str], ...]: ...


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
            reasons=map(reason_message, item.reasons),
            sources=item.sources,
        )


def reason_message(reason: Reason) -> recommendation_pb2.Reason:
    """Return why, as a code and its parameters."""
    return recommendation_pb2.Reason(
        code=recommendation_pb2.ReasonCode.ValueType(reason.code),
        item_ids=reason.item_ids,
        attribute=reason.attribute,
        value=reason.value,
    )


def model_version_messages(answers: Iterable[Answer]) -> list[recommendation_pb2.ModelVersion]:
    """Return each version that served, once for each part of the model."""
    versions = dict.fromkeys(each.model_version for each in answers if each.model_version)
    return [
        recommendation_pb2.ModelVersion(component=component, version=version)
        for version in versions
        for component in COMPONENTS
    ]


def exposure_messages(answers: Iterable[Answer]) -> list[recommendation_pb2.Exposure]:
    """Return each experiment's variant once."""
    exposures = dict.fromkeys(pair for each in answers for pair in each.exposures)
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
