"""The engines of old TVs: Chromium 49 to 69, as PyQt5's wheels carry them, under Xvfb.

Each is installed into an environment of its own below ~/.cache/shortlist, named after its pins.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue

CACHE = Path.home() / ".cache" / "shortlist"
BROWSER = Path(__file__).resolve().parent / "browser.py"
_SIP = "PyQt5-sip==12.15.0"
# What Debian calls the libraries that the engines load.
SYSTEM_PACKAGES = (
    "xvfb",
    "fonts-dejavu-core",
    "libasound2",
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libgl1-mesa-dri",
    "libnss3",
    "libxcomposite1",
    "libxcursor1",
    "libxi6",
    "libxkbcommon0",
    "libxrandr2",
    "libxss1",
    "libxtst6",
)


class EngineError(Exception):
    """An engine could not be prepared or did not do in time what it should."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine by its Chromium version, with the packages that carry it."""

    chromium: str
    packages: tuple[str, ...]
    needs_sip_alias: bool

    @property
    def folder(self) -> Path:
        """Return where its environment is."""
        pins = " ".join((sys.version.split()[0], *self.packages))
        return CACHE / f"tv-engine-{self.chromium}-{hashlib.sha256(pins.encode()).hexdigest()[:12]}"

    @property
    def python(self) -> Path:
        """Return the interpreter of its environment."""
        return self.folder / "bin" / "python"


ENGINES = {
    each.chromium: each
    for each in (
        Engine("49", ("PyQt5==5.7.1", _SIP), needs_sip_alias=True),
        Engine("53", ("PyQt5==5.8.2", _SIP), needs_sip_alias=True),
        Engine("56", ("PyQt5==5.9.2", _SIP), needs_sip_alias=True),
        Engine("65", ("PyQt5==5.11.3", _SIP), needs_sip_alias=False),
        Engine("69", ("PyQt5==5.12", "PyQtWebEngine==5.12", _SIP), needs_sip_alias=False),
    )
}


def prepare(engine: Engine) -> None:
    """Install an engine once; several processes may ask at the same time.

    Raises:
        EngineError: it can't be installed.
    """
    _prepare_system()
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{engine.folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = engine.folder / "complete"
        if done.exists():
            return
        shutil.rmtree(engine.folder, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(engine.folder))
        # Their own declared dependencies are those of another time.
        _run(str(engine.python), "-m", "pip", "install", "-q", "--no-deps", *engine.packages)
        done.touch()


def _prepare_system() -> None:
    if shutil.which("Xvfb"):
        return
    packages = " ".join(SYSTEM_PACKAGES)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise EngineError(f"Xvfb is not installed: apt-get install {packages}")
    _run("apt-get", "update", "-q")
    _run("apt-get", "install", "-q", "-y", "--no-install-recommends", *SYSTEM_PACKAGES)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError(f"{' '.join(command)}: {done.stdout}{done.stderr}")


@contextmanager
def display() -> Iterator[str]:
    """Run a virtual display and give its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x720x24", "-nolisten", "tcp"]
    process = subprocess.Popen(
        command, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(write)
    try:
        with os.fdopen(read) as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


@dataclass
class Browser:
    """A running engine that shows a page."""

    process: subprocess.Popen[str]
    lines: Queue[str] = field(default_factory=Queue)
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def wait_for(self, prefix: str, timeout_s: float = 60) -> str:
        """Return what follows a word at the start of a line of the console.

        Raises:
            EngineError: no such line came.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, min(0.5, deadline - time.monotonic())))
            except Empty:
                if time.monotonic() < deadline and self.process.poll() is None:
                    continue
                raise EngineError(f"no {prefix}; the page said: {self.seen}") from None
            self.seen.append(line)
            if line == prefix or line.startswith(f"{prefix} "):
                return line.removeprefix(prefix).strip()

    def kill(self) -> None:
        """Kill the engine with all its processes, as a power cut of the app would."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def browser(
    engine: Engine, screen: str, url: str, profile: Path, *options: str
) -> Iterator[Browser]:
    """Show a page, with a profile folder that outlives the engine."""
    alias = ("--sip-alias",) if engine.needs_sip_alias else ()
    command = [str(engine.python), "-W", "ignore", str(BROWSER), url, str(profile)]
    with tempfile.TemporaryDirectory() as runtime:
        environment = {
            **os.environ,
            "DISPLAY": screen,
            "QT_QPA_PLATFORM": "xcb",
            "QTWEBENGINE_DISABLE_SANDBOX": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "XDG_RUNTIME_DIR": runtime,
        }
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            environment.pop(name, None)
            environment.pop(name.upper(), None)
        running = Browser(
            subprocess.Popen(
                [*command, *alias, *options],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
            )
        )
        try:
            yield running
        finally:
            running.kill()
