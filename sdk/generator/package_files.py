"""Writes a language's package, and tells what of a written one is out of date.

Each package has `generated.json`: the SHA-256 of every file and of what its plugins were run on. By
it a comparison needs no plugin (a file that no template made must be as it was made, from the same
descriptors), and files that are no longer generated are found and removed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

LOCK = "generated.json"


def lock(files: dict[str, bytes], keys: list[str]) -> bytes:
    """Return the content of `generated.json`."""
    digests = {name: _digest(content) for name, content in sorted(files.items())}
    return (json.dumps({"files": digests, "plugins": sorted(keys)}, indent=2) + "\n").encode()


def write(folder: Path, files: dict[str, bytes], keys: list[str]) -> int:
    """Write a package, remove what it had before and has no more; return how many files changed."""
    complete = {**files, LOCK: lock(files, keys)}
    gone = [folder / name for name in sorted(_locked(folder).files) if name not in complete]
    changed = 0
    for path in gone:
        if path.is_file():
            path.unlink()
            changed += 1
    for name, content in complete.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed += 1
    return changed


def differing(
    folder: Path, files: dict[str, bytes], keys: list[str], missing: list[str]
) -> list[str]:
    """Return the names of files that are not as they would be generated, sorted.

    Args:
        files: what was generated, without the files of plugins that are not installed.
        missing: names of these plugins; then other files must be as the lock says.
    """
    locked = _locked(folder)
    wanted = {name: _digest(content) for name, content in files.items()}
    before = locked.files
    wrong = [LOCK] if locked.plugins != sorted(keys) else []
    if missing:
        wanted = {**before, **wanted}
    wrong += [
        name for name in wanted.keys() | before.keys() if wanted.get(name) != before.get(name)
    ]
    for name, digest in wanted.items():
        path = folder / name
        if not path.is_file() or _digest(path.read_bytes()) != digest:
            wrong.append(name)
    return sorted(set(wrong))


@dataclass(frozen=True, slots=True)
class _Lock:
    files: dict[str, str] = field(default_factory=dict)
    plugins: list[str] = field(default_factory=list)


def _locked(folder: Path) -> _Lock:
    path = folder / LOCK
    return _Lock(**json.loads(path.read_bytes())) if path.is_file() else _Lock()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
