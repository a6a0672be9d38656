"""The surfaces as configured: the settings file, and over it what operators have written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from server.core.surface import Rule, Surface
from server.orchestrator.surface_changes.codec import rule_etag, surface_etag
from server.orchestrator.surface_changes.stored import StoredRule, StoredSurface, SurfaceChanges
from server.orchestrator.surfaces import Surfaces

# Rules of the settings file come before those that were created.
_FIRST_CREATED = 1_000_000


class Origin(StrEnum):
    """Where a surface's values come from."""

    BUILT_IN = "built_in"
    CHANGED = "changed"
    CREATED = "created"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredRule:
    """A rule of a surface; rules apply by `order`. Times: None, if it is of the settings file."""

    surface: str
    rule: Rule
    order: int
    create_ms: int | None = None
    update_ms: int | None = None

    @property
    def etag(self) -> str:
        return rule_etag(self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSurface:
    """A surface with all its rules, whether or not they hold now."""

    surface: Surface
    origin: Origin
    rules: tuple[ConfiguredRule, ...] = ()
    create_ms: int | None = None
    update_ms: int | None = None

    @property
    def name(self) -> str:
        return self.surface.name

    @property
    def etag(self) -> str:
        return surface_etag(self.surface)

    def rule(self, name: str) -> ConfiguredRule | None:
        return next((each for each in self.rules if each.rule.name == name), None)


def configured(base: Surfaces, changes: SurfaceChanges) -> dict[str, ConfiguredSurface]:
    """Return the surfaces by name.

    Rules of a surface that there isn't (any more: the settings file lost it) have no effect.
    """
    known = {surface.name: surface for surface in base}
    names = sorted(known.keys() | changes.surfaces.keys())
    return {
        name: _surface(known.get(name), changes.surfaces.get(name), changes.rules, name)
        for name in names
    }


def _surface(
    base: Surface | None,
    stored: StoredSurface | None,
    stored_rules: Mapping[tuple[str, str], StoredRule],
    name: str,
) -> ConfiguredSurface:
    written = [each for each in stored_rules.values() if each.surface == name]
    rules = _rules(name, () if base is None else base.rules, written)
    surface = base if stored is None else stored.surface
    assert surface is not None
    origin = Origin.CREATED
    if base is not None:
        origin = Origin.CHANGED if stored or written else Origin.BUILT_IN
    return ConfiguredSurface(
        surface=replace(surface, rules=tuple(each.rule for each in rules)),
        origin=origin,
        rules=rules,
        create_ms=None if stored is None else stored.create_ms,
        update_ms=None if stored is None else stored.update_ms,
    )


def _rules(
    surface: str, base: tuple[Rule, ...], written: list[StoredRule]
) -> tuple[ConfiguredRule, ...]:
    rules = {
        rule.name: ConfiguredRule(surface=surface, rule=rule, order=order)
        for order, rule in enumerate(base)
    }
    for stored in written:
        place = rules.pop(stored.name, None)
        if stored.rule is not None:
            # A rule of the settings file keeps its place when it is changed.
            order = stored.order + _FIRST_CREATED if place is None else place.order
            rules[stored.name] = ConfiguredRule(
                surface=surface,
                rule=stored.rule,
                order=order,
                create_ms=stored.create_ms,
                update_ms=stored.update_ms,
            )
    return tuple(sorted(rules.values(), key=lambda each: each.order))
