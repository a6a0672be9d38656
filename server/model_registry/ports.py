"""Where model versions are kept, and which one serves."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class ModelRegistry(Protocol):
    """Model versions by name; calls block for one small disk access at most."""

    def current_version(self) -> str | None:
        """Return the version that should serve; None if none was chosen yet.

        Raises:
            ArtifactError: the pointer is unreadable or names no version.
        """
        ...

    def versions(self) -> list[str]:
        """Return all complete versions by name."""
        ...

    def path(self, version: str) -> Path:
        """Return the local folder of a version.

        Raises:
            ArtifactError: there is no such version.
        """
        ...

    def set_current(self, version: str) -> None:
        """Make a version the one that should serve, atomically and durably.

        Raises:
            ArtifactError: there is no such version, or the pointer cannot be written.
        """
        ...
