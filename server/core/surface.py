"""What a serving config says: one surface's sources, policies, rules and exploration, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SeenPolicy(StrEnum):
    """What becomes of items the subject was shown."""

    KEEP = "keep"
    DISCOUNT = "discount"
    EXCLUDE = "exclude"


class RuleKind(StrEnum):
    """What a business rule does."""

    PIN = "pin"
    CAP = "cap"
    BOOST = "boost"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One business rule; it concerns the items that match `filter` or are listed in `item_ids`.

    * PIN puts the first showable item of `item_ids` at `position`.
    * CAP allows at most `limit` matching items among each `window` consecutive positions; with
      `attribute`, at most `limit` items that share a value of it.
    * BOOST multiplies the score by `factor` (0..10).
    * BLOCK removes them.

    It holds from `start_ms` until just before `end_ms` by the wall clock; None: without a bound.
    """

    name: str
    kind: RuleKind
    filter: str = ""
    item_ids: tuple[str, ...] = ()
    attribute: str = ""
    position: int = 0
    limit: int = 1
    window: int = 10
    factor: float = 1.0
    start_ms: int | None = None
    end_ms: int | None = None

    def is_active(self, now_ms: int) -> bool:
        """Return whether it holds."""
        has_begun = self.start_ms is None or self.start_ms <= now_ms
        return has_begun and (self.end_ms is None or now_ms < self.end_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """Stochastic slots: at each of `positions`, with probability `rate`, an item drawn uniformly
    from the pool of the `pool_size` next eligible items replaces the best one."""

    positions: tuple[int, ...] = ()
    rate: float = 0.0
    pool_size: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """One serving config.

    Attributes:
        sources: source name -> most candidates it may bring.
        candidates: most candidates after the merge; shortlist: how many the ranker sees.
        feed_length: how many ranked items a feed keeps; feed_ttl_s: how long its tokens live.
        diversity: 0 (score alone) .. 1; diversity_attribute: items sharing it count as similar.
        seen, seen_limit, seen_half_life_h: impressions policy; under DISCOUNT the score loses a
            share that grows with the impressions' count and halves with each half-life; under
            EXCLUDE an item is dropped from `seen_limit` impressions on.
        excludes_engaged, excludes_purchased: hard exclusion; hidden items are always excluded.
        objective: head -> weight; empty: the model's own.
        is_shared: replies have no subject and may be cached; their sources' own order counts.
        is_by_source: the sources' own order counts, without the ranker: for measuring sources.
    """

    name: str
    sources: Mapping[str, int] = field(default_factory=dict)
    candidates: int = 2000
    shortlist: int = 500
    feed_length: int = 200
    feed_ttl_s: int = 3600
    diversity: float = 0.0
    diversity_attribute: str = ""
    seen: SeenPolicy = SeenPolicy.DISCOUNT
    seen_limit: int = 5
    seen_half_life_h: float = 24.0
    excludes_engaged: bool = False
    excludes_purchased: bool = False
    exploration: Exploration = Exploration()
    rules: tuple[Rule, ...] = ()
    objective: Mapping[str, float] = field(default_factory=dict)
    source_timeout_s: float = 0.050
    is_shared: bool = False
    is_by_source: bool = False

    @property
    def has_ranker(self) -> bool:
        """Return whether the model's ranker decides."""
        return not (self.is_shared or self.is_by_source)
