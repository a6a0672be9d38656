"""The surfaces that are served: the settings file, and what operators have changed since."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from server.core.errors import ArtifactError, InvalidRequestError
from server.orchestrator.adapters.embedded_surfaces import EmbeddedSurfaces
from server.orchestrator.surface_changes.editor import SurfaceEditor, Written
from server.orchestrator.surface_changes.live_surfaces import LiveSurfaces
from server.orchestrator.surface_changes.ports import Serving
from server.settings import Settings
from server.settings.surfaces import surfaces_of
from server.wiring.models import Models
from server.wiring.stores import LiveStores

log = logging.getLogger(__name__)

_FILE: Final = "surfaces.db"


@dataclass(frozen=True, slots=True)
class WiredSurfaces:
    """The surfaces and where changes to them are kept."""

    live: LiveSurfaces
    store: EmbeddedSurfaces
    stores: LiveStores

    def models(self, settings: Settings) -> Models:
        """Return the models, serving these surfaces.

        Raises:
            ArtifactError: a surface cannot be served; the message names key and remedy.
        """
        try:
            return Models(settings, self.stores, self.live)
        except InvalidRequestError as error:
            raise ArtifactError(
                f"surfaces cannot be served: {error}; correct the settings file (a surface or rule "
                f"that was written while serving is in {self.stores.paths.root / _FILE}: correct "
                "that one with a server that still serves it)"
            ) from error

    def editor(self, serving: Serving) -> SurfaceEditor:
        """Return what changes them."""
        clock = self.stores.truth.clock
        return SurfaceEditor(self.live, self.store, serving, clock, on_write=_log_write)


@asynccontextmanager
async def open_surfaces(settings: Settings, stores: LiveStores) -> AsyncIterator[WiredSurfaces]:
    """Open what operators have written.

    Raises:
        ArtifactError, StorageFullError, UnavailableError.
    """
    store = await asyncio.to_thread(EmbeddedSurfaces, stores.paths.root / _FILE)
    try:
        base = surfaces_of(settings.surfaces)
        live = LiveSurfaces(base, stores.truth.clock, await store.load())
        yield WiredSurfaces(live, store, stores)
    finally:
        await store.close()


def _log_write(written: Written) -> None:
    log.info(
        "surface written",
        extra={
            "action": written.action,
            "resource": written.resource,
            "etag_before": written.etag_before,
            "etag_after": written.etag_after,
        },
    )
