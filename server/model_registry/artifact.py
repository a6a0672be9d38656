"""A model version on disk: checked files, and arrays that nobody writes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from server.core.errors import ArtifactError
from server.model_registry.manifest import FileEntry, Manifest, read_manifest

_READ_BYTES = 128 * 1024 * 1024
_AGAIN = "copy or export the version again"


@dataclass(frozen=True, slots=True)
class Artifact:
    """An opened version; every file that the manifest lists has been checked."""

    folder: Path
    manifest: Manifest

    def path(self, name: str) -> Path:
        """Return the path of a listed file.

        Raises:
            ArtifactError: the manifest names a file that its `files` does not list.
        """
        if name not in self.manifest.files:
            raise ArtifactError(f"{self.folder}: manifest key files: {name!r} is missing; {_AGAIN}")
        return self.folder / name

    def array(self, name: str, shape: tuple[int | None, ...], dtype: type[Any]) -> NDArray[Any]:
        """Return `mapped`, read into memory up to 128 MiB.

        Requests gather rows at random from all over a table. In memory of its own it lies on huge
        pages, which numpy asks for, and each such row costs one miss less.
        """
        mapped = self.mapped(name, shape, dtype)
        if mapped.nbytes > _READ_BYTES:
            return mapped
        read = mapped.copy()
        read.setflags(write=False)
        return read

    def mapped(self, name: str, shape: tuple[int | None, ...], dtype: type[Any]) -> NDArray[Any]:
        """Memory-map an array, read-only.

        Args:
            shape: expected size of each axis; None: any.

        Raises:
            ArtifactError: no .npy file, or of another shape or type.
        """
        path = self.path(name)
        try:
            # An empty file cannot be mapped, and an array without rows may have no bytes at all.
            found = np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:
            found = _load_whole(path)
        except (OSError, EOFError) as error:
            raise ArtifactError(f"{path}: not a readable array ({error}); {_AGAIN}") from error
        fits = found.ndim == len(shape) and all(
            wanted in (None, got) for wanted, got in zip(shape, found.shape, strict=True)
        )
        if not fits or found.dtype != np.dtype(dtype):
            raise ArtifactError(
                f"{path}: array {found.shape} {found.dtype}, expected"
                f" {_shape_text(shape)} {np.dtype(dtype)}; {_AGAIN}"
            )
        # A plain array view: the memmap subclass makes every small gather several times slower.
        plain: NDArray[Any] = found.view(np.ndarray)
        return plain

    def lines(self, name: str) -> list[str]:
        """Return the lines of a text file, without line ends."""
        path = self.path(name)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactError(f"{path}: not readable as UTF-8 text; {_AGAIN}") from error
        return text.split("\n")[:-1] if text.endswith("\n") else text.split("\n") if text else []

    def json(self, name: str) -> Any:  # noqa: ANN401 (decoded JSON)
        """Return the decoded content of a JSON file."""
        path = self.path(name)
        try:
            return orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise ArtifactError(f"{path}: not readable as JSON; {_AGAIN}") from error


def open_artifact(folder: Path, *, digest_limit_bytes: int | None = None) -> Artifact:
    """Open a version folder and check every file it lists.

    Args:
        digest_limit_bytes: files larger than this are checked by size only; None: digests of all.

    Raises:
        ArtifactError: a file is missing, truncated or changed; the message says which.
    """
    if not folder.is_dir():
        raise ArtifactError(f"{folder}: no such model version; check the registry's folder")
    manifest = read_manifest(folder)
    _check_files(folder, manifest.files, digest_limit_bytes)
    return Artifact(folder, manifest)


def _check_files(
    folder: Path, files: Mapping[str, FileEntry], digest_limit_bytes: int | None
) -> None:
    root = folder.resolve()
    for name, entry in files.items():
        path = folder / name
        if not path.resolve().is_relative_to(root):
            raise ArtifactError(f"{folder}: manifest key files: {name!r} is outside the folder")
        try:
            size = path.stat().st_size
        except OSError as error:
            raise ArtifactError(f"{path}: missing ({error.strerror}); {_AGAIN}") from error
        if size != entry.size_bytes:
            raise ArtifactError(
                f"{path}: {size} bytes, the manifest says {entry.size_bytes}; {_AGAIN}"
            )
        if digest_limit_bytes is not None and size > digest_limit_bytes:
            continue
        if _sha256(path) != entry.sha256:
            raise ArtifactError(f"{path}: sha256 differs from the manifest's; {_AGAIN}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_whole(path: Path) -> NDArray[Any]:
    try:
        loaded = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise ArtifactError(f"{path}: not a readable array ({error}); {_AGAIN}") from error
    assert isinstance(loaded, np.ndarray)
    return loaded


def _shape_text(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
