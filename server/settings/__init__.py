"""The whole settings tree; each package declares its own section."""

from __future__ import annotations

from server.settings.load import load_settings
from server.settings.tree import Settings

__all__ = ["Settings", "load_settings"]
