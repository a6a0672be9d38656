"""What a program may hear of its calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .codes import Code


@dataclass(frozen=True)
class CallStart:
    """A call begins. `call` is the same object in all reports of it."""

    call: object
    method: str


@dataclass(frozen=True)
class AttemptEnd:
    """An attempt, counted from 1, has ended after so many seconds."""

    call: object
    method: str
    attempt: int
    code: Code
    duration_s: float


@dataclass(frozen=True)
class CallEnd:
    """A call has ended after so many attempts and seconds; the error's reason, empty if none."""

    call: object
    method: str
    attempts: int
    code: Code
    duration_s: float
    reason: str = ""
    from_cache: bool = False


class Telemetry(Protocol):
    """Hears of calls. Must not block; what it raises reaches the caller."""

    def on_call_start(self, report: CallStart) -> None:
        """A call begins."""
        ...

    def on_attempt(self, report: AttemptEnd) -> None:
        """An attempt has ended."""
        ...

    def on_call_end(self, report: CallEnd) -> None:
        """A call has ended."""
        ...


class NoTelemetry:
    """Hears nothing."""

    def on_call_start(self, report: CallStart) -> None:
        """Do nothing."""

    def on_attempt(self, report: AttemptEnd) -> None:
        """Do nothing."""

    def on_call_end(self, report: CallEnd) -> None:
        """Do nothing."""
