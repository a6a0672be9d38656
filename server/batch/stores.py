"""What batch commands and jobs are given: the stores behind their ports, and where files lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from server.catalog.ports import Catalog
from server.events.ports import EventLog
from server.profiles.ports import ProfileStore


@dataclass(frozen=True, slots=True)
class DataPaths:
    """The files of one data directory, beside what the stores keep there themselves."""

    root: Path

    @property
    def imports(self) -> Path:
        """Files to be imported by operations, and the rejected rows of all imports."""
        return self.root / "imports"

    @property
    def exports(self) -> Path:
        """What ExportUser writes."""
        return self.root / "exports"

    @property
    def snapshots(self) -> Path:
        """Training snapshots, one folder a watermark."""
        return self.root / "snapshots"

    @property
    def models(self) -> Path:
        """Model versions, CURRENT, and which users they must not know any more."""
        return self.root / "models"

    @property
    def holdout(self) -> Path:
        """Events that were kept out of the log for evaluation."""
        return self.root / "holdout.parquet"

    @property
    def holdout_protocol(self) -> Path:
        """How they were chosen and what is measured on them."""
        return self.root / "holdout.json"

    @property
    def world(self) -> Path:
        """Size, seed and end of the simulated world, if the data came from one."""
        return self.root / "world.json"


class Processor(Protocol):
    """Derives behaviour and counters from the log."""

    async def catch_up(self) -> None:
        """Process every record that the log holds; returns when the last one has taken effect."""
        ...


class Stores(Protocol):
    """The open stores of one data directory."""

    @property
    def log(self) -> EventLog: ...

    @property
    def catalog(self) -> Catalog: ...

    @property
    def profiles(self) -> ProfileStore: ...

    @property
    def processor(self) -> Processor: ...

    @property
    def paths(self) -> DataPaths: ...
