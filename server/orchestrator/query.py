"""What the edge asks the recommender, and what it gets back: values, no messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from server.core.slate import Degradation, StageCounts
from server.core.subject import Subject


@dataclass(frozen=True, slots=True)
class PageRef:
    """A page of a feed: which feed, and the position of its first item."""

    feed_id: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendQuery:
    """A checked request for one page.

    Attributes:
        serving_config: the surface; never empty.
        attributes: raw context values by name (platform, device_class, country, locale and the
            surface attributes).
        page: None starts a new feed. digest: identifies everything that must not change under a
            page token.
        deadline_s: `time.monotonic()` by which the reply must be ready; None: no deadline.
        diversity: None: the surface's.
    """

    serving_config: str
    request_id: str
    subject: Subject | None = None
    session_id: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    seed_item_ids: tuple[str, ...] = ()
    exclude_item_ids: tuple[str, ...] = ()
    filter: str = ""
    page_size: int = 20
    page: PageRef | None = None
    digest: bytes = b""
    diversity: float | None = None
    include_reasons: bool = False
    validate_only: bool = False
    deadline_s: float | None = None


class ReasonCode(IntEnum):
    """Numbers are those of `shortlist.v1.ReasonCode`."""

    MATCHES_YOUR_TASTE = 1
    ENGAGED_TOGETHER = 2
    SIMILAR_CONTENT = 3
    SHARES_ATTRIBUTE = 4
    TRENDING = 5
    POPULAR = 6
    NEW = 7
    EXPLORATION = 8
    ENGAGED_BEFORE = 9
    EDITORIAL = 10


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item is here; the parameters that its code calls for."""

    code: ReasonCode
    item_ids: tuple[str, ...] = ()
    attribute: str = ""
    value: str = ""


class ServedItem(NamedTuple):
    """One item of a page."""

    item_id: str
    row: int
    score: float
    position: int
    propensity: float = 1.0
    reasons: tuple[Reason, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPage:
    """One page, in display order; `next_page` is None when the feed has ended.

    `feed_ttl_s` bounds the life of the next page's token; `is_shared` marks replies that have no
    subject and may be cached; `skipped_item_ids` is for ranking given items. `age_s` is how long
    ago the page was made for another request; None: it was made for this one.
    """

    items: tuple[ServedItem, ...]
    request_id: str
    session_id: str
    serving_config: str
    next_page: PageRef | None = None
    feed_ttl_s: int = 0
    model_version: str = ""
    exposures: tuple[tuple[str, str], ...] = ()
    degradations: tuple[Degradation, ...] = ()
    is_shared: bool = False
    skipped_item_ids: tuple[str, ...] = ()
    age_s: float | None = None
    counts: StageCounts = field(default_factory=StageCounts)
