"""Surfaces as settings: changes to the built-in ones, and new ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from server.core.surface import Exploration, Rule, RuleKind, SeenPolicy, Surface
from server.orchestrator.surfaces import DEFAULT_SURFACES, Surfaces


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """Return the fields that the file sets."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class ExplorationSettings(_Section):
    """See `Exploration`."""

    positions: tuple[int, ...] = ()
    rate: float = 0.0
    pool_size: int = 50


class RuleSettings(_Section):
    """See `Rule`; times as `2026-12-01T00:00:00Z`."""

    kind: RuleKind
    filter: str = ""
    item_ids: tuple[str, ...] = ()
    attribute: str = ""
    position: int = 0
    limit: int = 1
    window: int = 10
    factor: float = 1.0
    start_time: AwareDatetime | None = None
    end_time: AwareDatetime | None = None

    def rule(self, name: str) -> Rule:
        values = self.model_dump(exclude={"start_time", "end_time"})
        return Rule(name=name, **values, start_ms=_ms(self.start_time), end_ms=_ms(self.end_time))


class SurfaceSettings(_Section):
    """See `Surface`; what is not set comes from the built-in surface of the name, or `like`."""

    like: str = ""
    sources: Mapping[str, int] = Field(default_factory=dict)
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
    exploration: ExplorationSettings = ExplorationSettings()
    rules: Mapping[str, RuleSettings] = Field(default_factory=dict)
    objective: Mapping[str, float] = Field(default_factory=dict)
    source_timeout_s: float = 0.050
    is_shared: bool = False
    is_by_source: bool = False


def surfaces_of(settings: Mapping[str, SurfaceSettings]) -> Surfaces:
    """Return the built-in surfaces with the settings applied, and the new ones.

    Raises:
        ValueError: `like` names no built-in surface; the message names key and remedy.
    """
    known = {surface.name: surface for surface in DEFAULT_SURFACES}
    for name, section in settings.items():
        if section.like and section.like not in known:
            raise ValueError(
                f"surfaces.{name}.like: no surface {section.like!r}; use one of {', '.join(known)}"
            )
        start = known.get(section.like or name, Surface(name=name))
        known[name] = _changed(replace(start, name=name), section)
    return Surfaces(known.values())


def _changed(surface: Surface, section: SurfaceSettings) -> Surface:
    changes = section.given()
    changes.pop("like", None)
    if "exploration" in changes:
        changes["exploration"] = Exploration(**section.exploration.model_dump())
    if "rules" in changes:
        changes["rules"] = tuple(rule.rule(name) for name, rule in section.rules.items())
    return replace(surface, **changes)


def _ms(time: datetime | None) -> int | None:
    return None if time is None else round(time.timestamp() * 1000)
