"""What a test came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """A test's outcome in one place (`Node`, `Chromium 53`); `error` is empty if it passed."""

    place: str
    feature: str
    name: str
    error: str

    @classmethod
    def read(cls, place: str, found: dict[str, str]) -> Result:
        """Return what a suite reported."""
        return cls(place, found["feature"], found["name"], found["error"])
