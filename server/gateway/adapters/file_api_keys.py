"""API keys in a JSON file beside the databases, which any process may change at any time.

Not in a database: the server holds those, and keys must be made and revoked while it runs.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

from server.core.errors import ArtifactError, StorageFullError, UnavailableError
from server.gateway.auth.api_keys import ApiKey
from server.gateway.auth.scope import Scope
from server.storage.private_file import write_private_file
from server.storage.sqlite_database import is_disk_full

FORMAT: Final = 1
# What tells one content of the file from another without reading it; None: no file.
Signature: TypeAlias = tuple[int, int, int] | None


class FileApiKeys:
    """Implements `ApiKeyStore`; every change replaces the whole file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Signature | bool = False

    def read(self) -> list[ApiKey]:
        """Return all keys, oldest first; none if there is no file.

        Raises:
            ArtifactError: it is not a key file. UnavailableError: it cannot be read.
        """
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UnavailableError(f"{self._path} cannot be read ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise self._damaged(error) from error
        try:
            content = json.loads(text)
            if content["format"] != FORMAT:
                raise ValueError(f"format {content['format']}, known is {FORMAT}")
            return [_key(entry) for entry in content["keys"]]
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(error) from error

    def read_if_changed(self) -> Sequence[ApiKey] | None:
        """See ApiKeyStore."""
        signature = self._signature()
        if signature == self._seen:
            return None
        keys = self.read()
        # Set last: a file that could not be read is tried again.
        self._seen = signature
        return keys

    def change(self, change: Callable[[list[ApiKey]], list[ApiKey]]) -> None:
        """Replace the keys by what `change` makes of them, one process at a time.

        Raises:
            ArtifactError, StorageFullError, UnavailableError.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock():
                keys = change(self.read())
                entries = [_entry(key) for key in keys]
                content = {"format": FORMAT, "keys": entries}
                write_private_file(self._path, json.dumps(content, indent=1) + "\n")
        except OSError as error:
            if is_disk_full(error):
                raise StorageFullError(f"{self._path}: no space left") from error
            raise UnavailableError(f"{self._path} cannot be written ({error.strerror})") from error

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with self._path.with_name(self._path.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _signature(self) -> Signature:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _damaged(self, error: Exception) -> ArtifactError:
        return ArtifactError(
            f"{self._path}: not a readable API key file ({error}); restore it, or delete it and "
            "make new keys"
        )


def _entry(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "sha256": key.digest.hex(),
        "scope": key.scope.label,
        "name": key.name,
        "user_id": key.user_id,
        "visitor_id": key.visitor_id,
        "create_ms": key.create_ms,
        "expire_ms": key.expire_ms,
        "revoke_ms": key.revoke_ms,
    }


def _key(entry: dict[str, Any]) -> ApiKey:
    return ApiKey(
        id=str(entry["id"]),
        digest=bytes.fromhex(entry["sha256"]),
        scope=Scope.of_label(entry["scope"]),
        name=str(entry["name"]),
        user_id=str(entry["user_id"]),
        visitor_id=str(entry["visitor_id"]),
        create_ms=int(entry["create_ms"]),
        expire_ms=None if entry["expire_ms"] is None else int(entry["expire_ms"]),
        revoke_ms=None if entry["revoke_ms"] is None else int(entry["revoke_ms"]),
    )
