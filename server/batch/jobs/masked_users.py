"""Which users the models trained so far must not know any more."""

from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.core.errors import ArtifactError

log = logging.getLogger(__name__)

FILE_NAME = "masked_users.json"


@dataclass(frozen=True, slots=True)
class MaskedUsers:
    """The file `masked_users.json` beside the model versions: subject key -> log offset.

    A version whose manifest says `data.log_watermark` <= that offset was trained on a log that
    still held the subject; it must treat the subject as unknown. Later versions need no mask.
    """

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / FILE_NAME

    def read(self) -> dict[str, int]:
        """Return all entries; blocking.

        Raises:
            ArtifactError: the file is damaged.
        """
        try:
            entries = orjson.loads(self.path.read_bytes())
            return {str(key): int(offset) for key, offset in entries.items()}
        except FileNotFoundError:
            return {}
        except (OSError, orjson.JSONDecodeError, AttributeError, TypeError, ValueError) as error:
            raise ArtifactError(
                f"{self.path}: can't be read ({error}); restore it from a backup, "
                "or delete it after training a new model"
            ) from error

    def keys(self, log_watermark: int = 0) -> list[str]:
        """Return the subject keys that a version with this watermark must not know; blocking.

        Raises:
            ArtifactError: the file is damaged.
        """
        return [key for key, offset in self.read().items() if log_watermark <= offset]

    def add(self, subject_keys: list[str], offset: int) -> int:
        """Mask subjects, durable on return; return how many of them a version knew, and was not
        told before to forget. Blocking.

        Raises:
            ArtifactError: the file is damaged.
        """
        entries = self.read()
        new = [key for key in subject_keys if key not in entries]
        entries.update(dict.fromkeys(subject_keys, offset))
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".masked-", delete=False) as file:
            file.write(orjson.dumps(entries))
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(self.path)
        _sync(self.folder)
        return len(self._trained_on(set(new)))

    def _trained_on(self, subject_keys: set[str]) -> set[str]:
        """Return those that any version in the folder was trained on."""
        known: set[str] = set()
        for manifest in self.folder.glob("*/manifest.json"):
            try:
                users = manifest.parent / str(orjson.loads(manifest.read_bytes())["users"])
                known |= subject_keys.intersection(users.read_text("utf-8").splitlines())
            except (
                OSError,
                orjson.JSONDecodeError,
                KeyError,
                TypeError,
                UnicodeDecodeError,
            ) as error:
                log.warning("%s: its users can't be read: %r", manifest.parent.name, error)
        return known


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
