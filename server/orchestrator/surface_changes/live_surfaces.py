"""The surfaces of the moment: as configured, each with the rules that hold now."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from server.core.clock import Clock
from server.core.surface import Rule
from server.orchestrator.surface_changes.configured import ConfiguredSurface, configured
from server.orchestrator.surface_changes.stored import SurfaceChanges
from server.orchestrator.surfaces import Surfaces


class LiveSurfaces:
    """Changed by the editor, and by time: a rule may hold from some moment or until one."""

    def __init__(self, base: Surfaces, clock: Clock, changes: SurfaceChanges | None = None) -> None:
        self._base = base
        self._clock = clock
        self._changes = changes or SurfaceChanges()
        self._configured = configured(base, self._changes)
        self._borders_ms = self.borders_ms()
        self._revision = 0

    @property
    def version(self) -> tuple[int, int]:
        """What differs whenever other surfaces or rules may hold."""
        return self._revision, bisect_right(self._borders_ms, self._clock.now_ms())

    @property
    def base(self) -> Surfaces:
        """What the settings file says."""
        return self._base

    @property
    def changes(self) -> SurfaceChanges:
        return self._changes

    @property
    def configured(self) -> Mapping[str, ConfiguredSurface]:
        """By name, in the order of the names."""
        return self._configured

    def replace(self, changes: SurfaceChanges) -> None:
        """Let other changes count from now on."""
        self._changes, self._configured = changes, configured(self._base, changes)
        self._borders_ms = self.borders_ms()
        self._revision += 1

    def current(self) -> Surfaces:
        """Return the surfaces with the rules that hold now."""
        now_ms = self._clock.now_ms()
        return Surfaces(
            replace(each.surface, rules=active_rules(each.surface.rules, now_ms))
            for each in self._configured.values()
        )

    def borders_ms(self) -> list[int]:
        """Return the moments at which rules begin or cease to hold, ascending."""
        rules = (rule for each in self._configured.values() for rule in each.surface.rules)
        return sorted(set(_borders_ms(rules)))


def active_rules(rules: Iterable[Rule], now_ms: int) -> tuple[Rule, ...]:
    """Return the rules that hold at a time, in their order."""
    return tuple(rule for rule in rules if rule.is_active(now_ms))


def _borders_ms(rules: Iterable[Rule]) -> Iterator[int]:
    for rule in rules:
        for border_ms in (rule.start_ms, rule.end_ms):
            if border_ms is not None:
                yield border_ms
