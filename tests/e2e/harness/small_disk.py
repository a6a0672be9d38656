"""A disk of a few megabytes, in a mount namespace of its own, so that it can be filled."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Self

_HOLD = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo ready && exec sleep infinity'


class SmallDisk:
    """A tmpfs at `path`, seen by processes that run with `wrapper`; a context manager.

    The test looks at it through `outside`.
    """

    def __init__(self, path: Path, size: str) -> None:
        path.mkdir()
        self.path = path
        self._size = size
        self._kinds: tuple[str, ...] = ()
        self._holder: subprocess.Popen[str] | None = None

    @staticmethod
    def namespaces() -> tuple[str, ...]:
        """Return the namespaces that this user needs to make one; none: it is not possible."""
        if shutil.which("unshare") is None or shutil.which("nsenter") is None:
            return ()
        mount = ("mount", "-t", "tmpfs", "tmpfs", "/tmp")
        for kinds, options in ((("--user", "--mount"), "-rm"), (("--mount",), "-m")):
            probe = subprocess.run(["unshare", options, *mount], capture_output=True)
            if probe.returncode == 0:
                return kinds
        return ()

    def __enter__(self) -> Self:
        self._kinds = self.namespaces()
        root = ("--map-root-user",) if "--user" in self._kinds else ()
        hold = ("sh", "-c", _HOLD, "sh", self._size, str(self.path))
        command = ["unshare", *self._kinds, *root, *hold]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._holder is not None
        with self._holder:
            self._holder.kill()

    @property
    def wrapper(self) -> tuple[str, ...]:
        """Words before a command that is to see the disk."""
        assert self._holder is not None
        keep = ("--preserve-credentials",) if "--user" in self._kinds else ()
        return (
            "nsenter",
            f"--target={self._holder.pid}",
            *self._kinds,
            *keep,
            f"--wd={Path.cwd()}",
        )

    @property
    def outside(self) -> Path:
        """The same folder for processes that do not see the mount."""
        assert self._holder is not None
        return Path(f"/proc/{self._holder.pid}/root{self.path}")

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.outside / "filler").open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"x" * size)
                except OSError:
                    continue
            os.fsync(file.fileno())

    def free(self) -> None:
        """Give back what `fill` took."""
        (self.outside / "filler").unlink()
