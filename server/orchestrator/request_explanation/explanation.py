"""What is asked about one request, and its explanation, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from server.core.slate import Degradation
from server.orchestrator.query import Reason


class Outcome(IntEnum):
    """What became of an item; numbers are those of `shortlist.admin.v1.ItemOutcome`."""

    SHOWN = 1
    LATER_PAGE = 2
    DIVERSITY = 3
    CAPPED = 4
    DISPLACED = 5
    BEYOND_FEED = 6
    BEYOND_SHORTLIST = 7
    FILTERED = 8
    BLOCKED = 9
    UNAVAILABLE = 10
    NOT_RETRIEVED = 11
    BEYOND_CANDIDATES = 12
    UNKNOWN = 13
    NOT_RANKED = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked beside the page: items by id, so many others, and what features did."""

    item_ids: tuple[str, ...] = ()
    most_dropped: int = 0
    includes_features: bool = False


@dataclass(frozen=True, slots=True)
class StageTrace:
    """One stage; counts are None where it neither takes nor gives candidates."""

    name: str
    seconds: float
    input_count: int | None = None
    output_count: int | None = None


@dataclass(frozen=True, slots=True)
class SourceTrace:
    """One source; it failed if it was left out."""

    name: str
    limit: int
    count: int
    seconds: float
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class SourceHit:
    """A source that brought an item, and the item's place there."""

    source: str
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class PreRank:
    """The cheap score and the place it gives among `count` candidates."""

    score: float
    place: int
    count: int
    shortlist: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The served score and the score after boosts, with the places they give."""

    score: float
    place: int
    boosted_score: float
    boosted_place: int


@dataclass(frozen=True, slots=True)
class FeatureEffect:
    """How much of an item's score it owes to a feature's not being average."""

    name: str
    effect: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemExplanation:
    """One item's way through the stages; what it did not reach is absent.

    `stage` is where its way to the page ended. `rules` acted on it, by name.
    """

    item_id: str
    outcome: Outcome
    stage: str = ""
    position: int | None = None
    filters: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    sources: tuple[SourceHit, ...] = ()
    pre_rank: PreRank | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)
    ranking: Ranking | None = None
    is_explored: bool = False
    propensity: float = 0.0
    reasons: tuple[Reason, ...] = ()
    features: tuple[FeatureEffect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestExplanation:
    """Everything about one request: the funnel, the page, the items asked about."""

    serving_config: str
    request_id: str
    stages: tuple[StageTrace, ...]
    sources: tuple[SourceTrace, ...]
    filters: Mapping[str, int]
    rules: tuple[str, ...]
    shown: tuple[ItemExplanation, ...]
    asked: tuple[ItemExplanation, ...]
    dropped: tuple[ItemExplanation, ...]
    model_version: str = ""
    exposures: tuple[tuple[str, str], ...] = ()
    degradations: tuple[Degradation, ...] = ()
