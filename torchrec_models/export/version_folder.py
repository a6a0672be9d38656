"""Writes a version folder atomically: temporary folder, fsync, rename, then the CURRENT pointer."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from torchrec_models.errors import ExportError

_BLOCK = 1 << 20


class VersionFolder:
    """A folder being written; it appears under its name only when `publish` succeeds.

    Raises:
        ExportError: The folder can't be written (no permission, disk full).
    """

    def __init__(self, models: Path, version: str) -> None:
        self.models = models
        self.version = version
        try:
            models.mkdir(parents=True, exist_ok=True)
            self.path = Path(tempfile.mkdtemp(prefix=f".{version}.", dir=models))
        except OSError as error:
            raise ExportError(
                f"{models}: cannot be written ({error.strerror}); choose another --models"
            ) from error

    def __enter__(self) -> VersionFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if isinstance(error, OSError):
            raise ExportError(
                f"{self.models}: cannot be written ({error.strerror}); free space or choose "
                "another --models"
            ) from error

    def array(self, name: str, values: npt.NDArray[Any]) -> str:
        """Write an array as .npy and return its relative path."""
        path = self._new(name)
        with path.open("wb") as file:
            np.save(file, np.ascontiguousarray(values), allow_pickle=False)
        return name

    def lines(self, name: str, values: list[str]) -> str:
        """Write one id a line.

        Raises:
            ExportError: An id holds a line break.
        """
        for value in values:
            if "\n" in value or "\r" in value:
                raise ExportError(f"{name}: id {value!r} holds a line break; rename it")
        self.blob(name, "".join(f"{value}\n" for value in values).encode("utf-8"))
        return name

    def blob(self, name: str, content: bytes) -> str:
        """Write bytes and return the relative path."""
        self._new(name).write_bytes(content)
        return name

    def json(self, name: str, value: object) -> str:
        """Write JSON (NaN becomes null) and return the relative path."""
        options = orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY
        return self.blob(name, orjson.dumps(value, option=options))

    def checksums(self) -> dict[str, dict[str, Any]]:
        """Return sha256 and size of every file written so far, by relative path."""
        return {
            path.relative_to(self.path).as_posix(): {
                "sha256": _sha256(path),
                "size_bytes": path.stat().st_size,
            }
            for path in sorted(self.path.rglob("*"))
            if path.is_file()
        }

    def publish(self) -> Path:
        """Make the folder durable and visible, then point CURRENT to it."""
        self.path.chmod(0o755)
        for path in [*self.path.rglob("*"), self.path]:
            _fsync(path)
        final = self.models / self.version
        self.path.rename(final)
        _fsync(self.models)
        pointer = self.models / f".CURRENT.{os.getpid()}"
        pointer.write_text(f"{self.version}\n", encoding="utf-8")
        _fsync(pointer)
        pointer.replace(self.models / "CURRENT")
        _fsync(self.models)
        return final

    def _new(self, name: str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
