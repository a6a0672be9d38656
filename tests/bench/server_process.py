"""A server in a process of its own, and what the kernel says it used."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class ServerProcess:
    """`shortlist serve` on free ports; a context manager that stops it by its pid."""

    def __init__(self, data_dir: Path, config: Path | None = None, *, start_s: float = 600) -> None:
        self._command = [sys.executable, "-m", "server", "serve", "--data-dir", str(data_dir)]
        self._command += ["--anonymous", "--port", "0", "--metrics-port", "0"]
        self._command += ["--config", str(config)] if config else []
        self._start_s = start_s
        self.start_seconds = 0.0
        self.port = self.metrics_port = 0
        self.peak_bytes = 0

    def __enter__(self) -> ServerProcess:
        started = time.perf_counter()
        self._folder = tempfile.TemporaryDirectory()
        ready = Path(self._folder.name) / "ready"
        self._process = subprocess.Popen([*self._command, "--ready-file", str(ready)])
        self._watching = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        while not ready.exists():
            if self._process.poll() is not None or time.perf_counter() - started > self._start_s:
                raise RuntimeError("the server did not start")
            time.sleep(0.05)
        self.start_seconds = time.perf_counter() - started
        self.port, self.metrics_port = map(int, ready.read_text().split())
        return self

    def __exit__(self, *_: object) -> None:
        self._watching.set()
        self._process.terminate()
        self._process.wait(60)
        self._watcher.join()
        self._folder.cleanup()

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cpu_s(self) -> float:
        """Return user and system time of the process."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_bytes(self) -> int:
        return _resident(self._process.pid)

    def _watch(self) -> None:
        """Note the most memory that the server and the processes it started had together."""
        while not self._watching.wait(0.2):
            pids = [self._process.pid, *_children(self._process.pid)]
            self.peak_bytes = max(self.peak_bytes, sum(map(_resident, pids)))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found
