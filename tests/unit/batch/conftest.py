"""Stores of a fresh data directory, as batch commands get them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from server.batch.stores import DataPaths
from server.catalog.adapters.embedded_catalog import EmbeddedCatalog
from server.core.clock import WallClock
from server.events.adapters.embedded_log import EmbeddedEventLog
from server.profiles.adapters.embedded_profiles import EmbeddedProfiles


@dataclass
class CountingProcessor:
    """Notes how often it was asked to catch up."""

    calls: int = 0

    async def catch_up(self) -> None:
        self.calls += 1


@dataclass
class BatchStores:
    """The embedded adapters behind `Stores`."""

    log: EmbeddedEventLog
    catalog: EmbeddedCatalog
    profiles: EmbeddedProfiles
    paths: DataPaths
    processor: CountingProcessor = field(default_factory=CountingProcessor)


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[BatchStores]:
    root = tmp_path / "data-dir"
    root.mkdir()
    clock = WallClock()
    opened = BatchStores(
        log=EmbeddedEventLog(root / "events.db", clock),
        catalog=EmbeddedCatalog(root / "catalog.db", clock),
        profiles=EmbeddedProfiles(root / "profiles.db", clock),
        paths=DataPaths(root),
    )
    yield opened
    await opened.log.close()
    await opened.catalog.close()
    await opened.profiles.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for files to be imported."""
    path = tmp_path / "files"
    path.mkdir()
    return path
