"""What a surface and its rules must be, beyond what their types say."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from server.core.errors import FieldViolation, InvalidRequestError
from server.core.filter_expression import FilterField, compile_filter
from server.core.surface import Rule, RuleKind, Surface
from server.orchestrator.surfaces import SOURCES

_SURFACE_NAME = re.compile(r"[a-z0-9_-]{1,64}")
_RULE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class _Check:
    """One condition on a surface: the key it is about, and what to do where it fails."""

    key: str
    holds: Callable[[Surface], bool]
    remedy: str


_CHECKS = (
    _Check(
        "name",
        lambda s: _SURFACE_NAME.fullmatch(s.name) is not None,
        "choose 1 to 64 lower-case letters, digits, _ and -",
    ),
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

    Raises:
        InvalidRequestError: every wrong key (`surfaces.home.rules.summer.filter`) with its remedy.
    """
    prefix = f"surfaces.{surface.name}."
    found = [
        replace(each, field=prefix + each.field)
        for each in surface_violations(surface, fields, more_sources)
    ]
    if found:
        message = "; ".join(f"{each.field}: {each.description}" for each in found)
        raise InvalidRequestError(message, found)


def surface_violations(
    surface: Surface, fields: Mapping[str, FilterField], more_sources: Iterable[str] = ()
) -> list[FieldViolation]:
    """Return every key of a surface that is wrong, with its remedy.

    Args:
        fields: the declared item attributes. more_sources: names beside `SOURCES`.
    """
    found = [
        FieldViolation(check.key, check.remedy) for check in _CHECKS if not check.holds(surface)
    ]
    known = (*SOURCES, *more_sources)
    for source, limit in surface.sources.items():
        key = f"sources.{source}"
        if source not in known:
            found.append(FieldViolation(key, f"no such source: use {', '.join(known)}"))
        elif not 1 <= limit <= 10_000:
            found.append(FieldViolation(key, "choose 1 to 10000 candidates"))
    if surface.diversity_attribute and surface.diversity_attribute not in fields:
        found.append(FieldViolation("diversity_attribute", "name a declared item attribute"))
    for rule in surface.rules:
        prefix = f"rules.{rule.name}."
        found += [
            replace(each, field=prefix + each.field) for each in rule_violations(rule, fields)
        ]
    return found


def rule_violations(rule: Rule, fields: Mapping[str, FilterField]) -> Iterator[FieldViolation]:
    """Yield every key of a rule that is wrong, with its remedy."""
    if not _RULE_NAME.fullmatch(rule.name):
        yield FieldViolation("name", "choose 1 to 64 letters, digits, _, . and -")
    try:
        compile_filter(rule.filter, fields)
    except InvalidRequestError as error:
        yield FieldViolation("filter", str(error).removeprefix("filter: "))
    if rule.start_ms is not None and rule.end_ms is not None and rule.end_ms <= rule.start_ms:
        yield FieldViolation("end_time", "choose a time after the start")
    of_kind = {
        RuleKind.PIN: _pin_violations,
        RuleKind.CAP: _cap_violations,
        RuleKind.BOOST: _boost_violations,
        RuleKind.BLOCK: _block_violations,
    }
    yield from of_kind[rule.kind](rule, fields)


def _pin_violations(rule: Rule, _: Mapping[str, FilterField]) -> Iterator[FieldViolation]:
    if not rule.item_ids:
        yield FieldViolation("item_ids", "a pin names the items it may show")
    if rule.filter:
        yield FieldViolation("filter", "a pin takes item_ids alone")
    if rule.position < 0:
        yield FieldViolation("position", "count positions from 0")


def _cap_violations(rule: Rule, fields: Mapping[str, FilterField]) -> Iterator[FieldViolation]:
    if rule.limit < 0 or rule.window < 1:
        yield FieldViolation("limit", "choose a limit from 0 and a window from 1")
    if rule.attribute and rule.attribute not in fields:
        yield FieldViolation("attribute", "name a declared item attribute")


def _boost_violations(rule: Rule, _: Mapping[str, FilterField]) -> Iterator[FieldViolation]:
    if not 0 <= rule.factor <= 10:
        yield FieldViolation("factor", "choose 0 to 10")


def _block_violations(rule: Rule, _: Mapping[str, FilterField]) -> Iterator[FieldViolation]:
    if not (rule.filter or rule.item_ids):
        yield FieldViolation("filter", "say what is blocked: a filter or item_ids")
