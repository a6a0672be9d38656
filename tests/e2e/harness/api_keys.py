"""API keys of a data directory, made by the command line as an operator would."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.harness.server_process import shortlist


def create_key(data_dir: Path, scope: str, *options: str) -> str:
    """Return a new key."""
    done = shortlist("keys", "create", "--scope", scope, *options, "--data-dir", data_dir)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def revoke_key(data_dir: Path, key: str) -> None:
    """Take a key out of force."""
    done = shortlist("keys", "revoke", key.split("_")[1], "--data-dir", data_dir)
    assert done.returncode == 0, done.stderr


def by(key: str) -> tuple[tuple[str, str], ...]:
    """Return the metadata of a key."""
    return (("x-api-key", key),)
