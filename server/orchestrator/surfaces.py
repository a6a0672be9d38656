"""The surfaces that this server serves, by name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.core.errors import (
    FieldViolation,
    InvalidRequestError,
    UnknownServingConfigError,
)
from server.core.filter_expression import FilterField, compile_filter
from server.core.surface import Exploration, Rule, RuleKind, SeenPolicy, Surface

SOURCES = (
    *("two_tower", "content", "co_engaged", "trending", "popular", "fresh", "explore"),
    "engaged_before",
)

_PERSONAL = {
    "two_tower": 1000,
    "content": 300,
    "co_engaged": 600,
    "trending": 100,
    "popular": 200,
    "fresh": 50,
    "explore": 30,
}
_PLAIN = {"two_tower": 1000, "content": 300, "co_engaged": 600, "popular": 200}

HOME = Surface(
    name="home",
    sources=_PERSONAL,
    diversity=0.2,
    excludes_engaged=True,
    exploration=Exploration(positions=(5, 11, 17), rate=0.1),
)
# The score alone decides: for measuring models.
HOME_PLAIN = Surface(name="home_plain", sources=_PLAIN, excludes_engaged=True, seen=SeenPolicy.KEEP)
TWO_TOWER = Surface(
    name="two_tower",
    sources={"two_tower": 1000, "popular": 200},
    excludes_engaged=True,
    seen=SeenPolicy.KEEP,
    is_by_source=True,
)
BUY_AGAIN = Surface(
    name="buy_again", sources={"engaged_before": 200, **_PLAIN}, seen=SeenPolicy.KEEP
)
EXPLORE = Surface(
    name="explore",
    sources={"fresh": 300, "explore": 500, "trending": 200, "content": 300},
    diversity=0.5,
    excludes_engaged=True,
    exploration=Exploration(positions=tuple(range(1, 20, 2)), rate=0.5, pool_size=100),
)
SIMILAR = Surface(
    name="similar",
    sources={"content": 300, "co_engaged": 300, "two_tower": 300},
    seen=SeenPolicy.KEEP,
    is_shared=True,
)
TRENDING = Surface(
    name="trending",
    sources={"trending": 1000, "popular": 300},
    seen=SeenPolicy.KEEP,
    is_shared=True,
)
DEFAULT_SURFACES = (HOME, HOME_PLAIN, TWO_TOWER, BUY_AGAIN, EXPLORE, SIMILAR, TRENDING)


class Surfaces:
    """An immutable registry."""

    def __init__(self, surfaces: Iterable[Surface] = DEFAULT_SURFACES) -> None:
        self._by_name = {surface.name: surface for surface in surfaces}

    def get(self, name: str) -> Surface:
        """Return the surface.

        Raises:
            UnknownServingConfigError: there is none of that name.
        """
        surface = self._by_name.get(name)
        if surface is None:
            raise UnknownServingConfigError(name)
        return surface

    def __iter__(self) -> Iterator[Surface]:
        return iter(self._by_name.values())

    def __contains__(self, name: str) -> bool:
        return name in self._by_name


@dataclass(frozen=True, slots=True)
class _Check:
    """One condition on a surface: the key it is about, and what to do where it fails."""

    key: str
    holds: Callable[[Surface], bool]
    remedy: str


_CHECKS = (
    _Check("sources", lambda s: len(s.sources) > 0, "name at least one source"),
    _Check("candidates", lambda s: 1 <= s.candidates <= 10_000, "choose 1 to 10000"),
    _Check("shortlist", lambda s: 1 <= s.shortlist <= s.candidates, "choose 1 to candidates"),
    _Check("feed_length", lambda s: 1 <= s.feed_length <= 1000, "choose 1 to 1000"),
    _Check("feed_ttl_s", lambda s: 1 <= s.feed_ttl_s <= 7 * 86_400, "choose 1 to 604800 seconds"),
    _Check("diversity", lambda s: 0 <= s.diversity <= 1, "choose 0 to 1"),
    _Check("seen_limit", lambda s: s.seen_limit >= 1, "choose 1 or more"),
    _Check("seen_half_life_h", lambda s: s.seen_half_life_h > 0, "choose more than 0 hours"),
    _Check("source_timeout_s", lambda s: 0 < s.source_timeout_s <= 10, "choose up to 10 seconds"),
    _Check("exploration.rate", lambda s: 0 <= s.exploration.rate <= 1, "choose 0 to 1"),
    _Check("exploration.pool_size", lambda s: s.exploration.pool_size >= 1, "choose 1 or more"),
    _Check(
        "exploration.positions",
        lambda s: all(position >= 0 for position in s.exploration.positions),
        "count positions from 0",
    ),
    _Check(
        "exploration",
        lambda s: not (s.is_shared and s.exploration.rate > 0),
        "a shared surface has no stochastic slots: set the rate to 0",
    ),
    _Check(
        "objective",
        lambda s: all(math.isfinite(weight) for weight in s.objective.values()),
        "weights are finite numbers",
    ),
)


def check_surface(
    surface: Surface, fields: Mapping[str, FilterField], more_sources: Iterable[str] = ()
) -> None:
    """Check everything about a surface that its type doesn't say.

    Args:
        fields: the declared item attributes. more_sources: names beside `SOURCES`.

    Raises:
        InvalidRequestError: every wrong key with its remedy.
    """
    prefix = f"surfaces.{surface.name}"
    found = [
        FieldViolation(f"{prefix}.{check.key}", check.remedy)
        for check in _CHECKS
        if not check.holds(surface)
    ]
    for source, limit in surface.sources.items():
        key = f"{prefix}.sources.{source}"
        known = (*SOURCES, *more_sources)
        if source not in known:
            found.append(FieldViolation(key, f"no such source: use {', '.join(known)}"))
        elif not 1 <= limit <= 10_000:
            found.append(FieldViolation(key, "choose 1 to 10000 candidates"))
    if surface.diversity_attribute and surface.diversity_attribute not in fields:
        found.append(
            FieldViolation(f"{prefix}.diversity_attribute", "name a declared item attribute")
        )
    for rule in surface.rules:
        found.extend(_rule_violations(f"{prefix}.rules.{rule.name}", rule, fields))
    if found:
        message = "; ".join(f"{each.field}: {each.description}" for each in found)
        raise InvalidRequestError(message, found)


def _rule_violations(
    prefix: str, rule: Rule, fields: Mapping[str, FilterField]
) -> Iterator[FieldViolation]:
    try:
        compile_filter(rule.filter, fields)
    except InvalidRequestError as error:
        yield FieldViolation(f"{prefix}.filter", str(error))
    if rule.kind is RuleKind.PIN and not rule.item_ids:
        yield FieldViolation(f"{prefix}.item_ids", "a pin names the items it may show")
    if rule.kind is RuleKind.PIN and rule.position < 0:
        yield FieldViolation(f"{prefix}.position", "count positions from 0")
    if rule.kind is RuleKind.BLOCK and not (rule.filter or rule.item_ids):
        yield FieldViolation(f"{prefix}.filter", "say what is blocked: a filter or item_ids")
    if rule.kind is RuleKind.CAP and (rule.limit < 0 or rule.window < 1):
        yield FieldViolation(f"{prefix}.limit", "choose a limit from 0 and a window from 1")
    if rule.kind is RuleKind.CAP and rule.attribute and rule.attribute not in fields:
        yield FieldViolation(f"{prefix}.attribute", "name a declared item attribute")
    if rule.kind is RuleKind.BOOST and not 0 <= rule.factor <= 10:
        yield FieldViolation(f"{prefix}.factor", "choose 0 to 10")
