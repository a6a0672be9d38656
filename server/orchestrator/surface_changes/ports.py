"""What changing surfaces needs of what lies beside it."""

from __future__ import annotations

from typing import Protocol

from server.core.errors import FieldViolation
from server.core.surface import Surface
from server.orchestrator.surface_changes.stored import StoredRule, StoredSurface, SurfaceChanges


class SurfaceStore(Protocol):
    """Keeps what operators write; all methods raise StorageFullError or UnavailableError.

    A write is durable when it returns, and survives the loss of power.
    """

    async def load(self) -> SurfaceChanges: ...

    async def put_surface(self, stored: StoredSurface) -> None:
        """Create or replace."""
        ...

    async def delete_surface(self, name: str) -> None:
        """Remove a surface, if it is there, and all that is stored of its rules."""
        ...

    async def put_rule(self, stored: StoredRule) -> None:
        """Create or replace."""
        ...

    async def delete_rule(self, surface: str, name: str) -> None:
        """Remove a rule, if it is there."""
        ...


class Serving(Protocol):
    """What the surfaces are served with."""

    def violations(self, surface: Surface) -> list[FieldViolation]:
        """Return what is wrong with a surface, by its keys; build it aside if nothing is."""
        ...

    def refresh(self) -> None:
        """Serve new requests with the surfaces as they are now."""
        ...
