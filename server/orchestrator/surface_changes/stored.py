"""What operators have written about surfaces, as it is stored: a layer over the settings file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from server.core.surface import Rule, Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSurface:
    """A surface that was created or changed; its own rules are empty."""

    surface: Surface
    create_ms: int
    update_ms: int

    @property
    def name(self) -> str:
        return self.surface.name


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """A rule that was created or changed; without `rule`, one of the settings file was deleted.

    `order` grows with each rule that is created.
    """

    surface: str
    name: str
    rule: Rule | None
    order: int
    create_ms: int
    update_ms: int

    @property
    def key(self) -> tuple[str, str]:
        return self.surface, self.name


@dataclass(frozen=True, slots=True)
class SurfaceChanges:
    """All that is stored: surfaces by name, rules by surface and name."""

    surfaces: Mapping[str, StoredSurface] = field(default_factory=dict)
    rules: Mapping[tuple[str, str], StoredRule] = field(default_factory=dict)

    @property
    def next_order(self) -> int:
        """Return the `order` of the next rule."""
        return 1 + max((stored.order for stored in self.rules.values()), default=0)

    def with_surface(self, stored: StoredSurface) -> SurfaceChanges:
        return replace(self, surfaces={**self.surfaces, stored.name: stored})

    def without_surface(self, name: str) -> SurfaceChanges:
        """Return what is left without a surface and its rules."""
        surfaces = {key: each for key, each in self.surfaces.items() if key != name}
        rules = {key: each for key, each in self.rules.items() if key[0] != name}
        return SurfaceChanges(surfaces, rules)

    def with_rule(self, stored: StoredRule) -> SurfaceChanges:
        return replace(self, rules={**self.rules, stored.key: stored})

    def without_rule(self, surface: str, name: str) -> SurfaceChanges:
        rules = {key: each for key, each in self.rules.items() if key != (surface, name)}
        return replace(self, rules=rules)
