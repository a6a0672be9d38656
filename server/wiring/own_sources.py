"""The sources that a deployment adds to the built-in ones: see docs/extending.md."""

from __future__ import annotations

from collections.abc import Mapping

from server.core.stages import Source
from server.wiring.stores import LiveStores


def own_sources(stores: LiveStores) -> Mapping[str, Source]:
    """Return name -> source; a surface uses one by naming it under `sources`."""
    return {}
