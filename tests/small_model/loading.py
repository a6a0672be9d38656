"""Loads a model version into a little serving state."""

import asyncio
import contextlib
from pathlib import Path

from server.core.context import RequestContext
from server.core.surface import Surface
from server.embeddings.catalog_changes import CatalogChanges
from server.vector_index.settings import VectorIndexSettings
from server.wiring.loaded_model import LoadedModel
from server.wiring.model_executors import ModelExecutors
from server.wiring.model_loader import load_model
from server.wiring.model_settings import ModelSettings
from tests.small_model.world import NOW_MS, MemoryCatalog, StillSignals


class Loading:
    """A catalogue, and models loaded for it; use as an asynchronous context manager."""

    def __init__(self, cache: Path, catalog: MemoryCatalog | None = None, **sections) -> None:
        self.catalog = catalog or MemoryCatalog()
        self.settings = ModelSettings(
            index_cache=cache, **({"vector_index": VectorIndexSettings(build_threads=1)} | sections)
        )
        self.changes = CatalogChanges(self.catalog)
        self.executors = ModelExecutors.start(self.settings)
        self._updating: list[asyncio.Task] = []

    async def load(self, folder: Path, **over) -> LoadedModel:
        model = await load_model(
            folder,
            **{
                "catalog": self.catalog,
                "changes": self.changes,
                "signals": StillSignals(),
                "settings": self.settings,
                "executors": self.executors,
            }
            | over,
        )
        self._updating.append(asyncio.create_task(model.updater.run()))
        return model

    async def __aenter__(self) -> "Loading":
        return self

    async def __aexit__(self, *error) -> None:
        for task in self._updating:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self.executors.close()


def request(catalog: MemoryCatalog, **over) -> RequestContext:
    """Return a request of an anonymous visitor."""
    fields = {
        "request_id": "r",
        "surface": Surface(name="home"),
        "limit": 5,
        "wall_ms": NOW_MS,
        "data_ms": NOW_MS,
        "items": catalog.columns(),
    }
    return RequestContext(**{**fields, **over})
