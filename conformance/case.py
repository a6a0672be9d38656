"""One case as the runner sees it: the proto's message, its suite, its variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

# What JSON can hold, and what a dynamic message is: nothing narrower can be said of either.
JSON: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Case:
    """One behaviour to prove; `spec` is a shortlist.conformance.v1.Case as a dictionary.

    Attributes:
        level: `MUST`, `SHOULD` or `MAY`.
        modes: `SERVER`, `CLIENT`, `GOLDEN`.
        values: the variant's values; empty without variants.
    """

    suite: str
    name: str
    proves: str
    level: str
    modes: tuple[str, ...]
    spec: Mapping[str, JSON]
    values: Mapping[str, JSON] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The suite and the name, by which cases are chosen and reported."""
        return f"{self.suite}/{self.name}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Credentials without which it can't run."""
        return tuple(self.spec.get("needs", ()))

    @property
    def runs_alone(self) -> bool:
        """Whether no other case may run meanwhile."""
        return bool(self.spec.get("alone", False))
