"""Model versions as folders beside a text file, `CURRENT`, that names the one that serves."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from server.core.errors import ArtifactError
from server.model_registry.manifest import MANIFEST_FILE

POINTER_FILE = "CURRENT"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class FolderRegistry:
    """Versions are the sub-folders of `root` that have a manifest."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def current_version(self) -> str | None:
        pointer = self._root / POINTER_FILE
        try:
            version = pointer.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactError(f"{pointer}: cannot be read ({error}); write a version") from error
        if not self._exists(version):
            raise ArtifactError(f"{pointer}: names no known version: {version!r}; {self._known()}")
        return version

    def versions(self) -> list[str]:
        if not self._root.is_dir():
            return []
        return sorted(path.name for path in self._root.iterdir() if self._exists(path.name))

    def path(self, version: str) -> Path:
        if not self._exists(version):
            raise ArtifactError(f"{self._root}: no model version {version!r}; {self._known()}")
        return self._root / version

    def set_current(self, version: str) -> None:
        folder = self.path(version)
        try:
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._root, prefix=".current-", delete=False
            ) as file:
                file.write(folder.name + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(self._root / POINTER_FILE)
            _sync_folder(self._root)
        except OSError as error:
            raise ArtifactError(
                f"{self._root / POINTER_FILE}: cannot be written ({error.strerror}); check the disk"
            ) from error

    def _exists(self, version: str) -> bool:
        return (
            bool(_VERSION.fullmatch(version)) and (self._root / version / MANIFEST_FILE).is_file()
        )

    def _known(self) -> str:
        return f"known versions: {', '.join(self.versions()[-5:]) or 'none'}"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
