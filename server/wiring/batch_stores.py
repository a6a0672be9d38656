"""The stores as batch commands see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.batch.stores import DataPaths
from server.catalog.ports import Catalog
from server.events.ports import EventLog
from server.profiles.ports import ProfileStore
from server.settings import Settings
from server.wiring.stores import Truth, follow, open_truth


@dataclass(frozen=True, slots=True)
class LogReplay:
    """Brings states and signals up to date, so that a server opens at once afterwards."""

    truth: Truth
    settings: Settings

    async def catch_up(self) -> None:
        async with follow(self.truth, self.settings):
            pass


@dataclass(frozen=True, slots=True)
class BatchStores:
    """Implements `batch.stores.Stores`."""

    truth: Truth
    processor: LogReplay

    @property
    def log(self) -> EventLog:
        return self.truth.log

    @property
    def catalog(self) -> Catalog:
        return self.truth.catalog

    @property
    def profiles(self) -> ProfileStore:
        return self.truth.profiles

    @property
    def paths(self) -> DataPaths:
        return self.truth.paths


@asynccontextmanager
async def open_batch_stores(
    settings: Settings, *, read_only: bool = False
) -> AsyncIterator[BatchStores]:
    """Open the truth for a command; read-only works beside a running server.

    Raises:
        ArtifactError, StorageFullError, UnavailableError.
    """
    async with open_truth(settings.data_dir, read_only=read_only) as truth:
        yield BatchStores(truth, LogReplay(truth, settings))
