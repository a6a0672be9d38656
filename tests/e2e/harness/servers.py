"""Servers on copies of the shop's data, stopped together."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.e2e.harness.config import PATIENT, patient_sources, write_config
from tests.e2e.harness.server_process import ServerProcess


class Servers:
    """Starts servers in a folder of their own; `stop` ends those that still run."""

    def __init__(self, folder: Path, shop_data: Path) -> None:
        self._folder = folder
        self._shop_data = shop_data
        self._started: list[ServerProcess] = []

    def start(
        self,
        *config: str,
        data_dir: Path | None = None,
        wrapper: tuple[str, ...] = (),
        anonymous: bool = True,
    ) -> ServerProcess:
        """Return a server that answers.

        Args:
            config: parts of its settings file; none: patient ones.
            data_dir: None for a copy of the shop. wrapper, anonymous: see `ServerProcess`.
        """
        number = len(self._started)
        if data_dir is None:
            data_dir = self.copy(f"data-{number}")
        path = self._folder / f"config-{number}.toml"
        write_config(path, *(config or (PATIENT, patient_sources())))
        started = ServerProcess(data_dir, config=path, wrapper=wrapper, anonymous=anonymous)
        self._started.append(started)
        return started

    def copy(self, name: str) -> Path:
        """Return a copy of the shop's data directory."""
        data_dir = self._folder / name
        shutil.copytree(self._shop_data, data_dir)
        return data_dir

    def stop(self) -> None:
        for process in self._started:
            if process.process.poll() is None:
                process.stop()
