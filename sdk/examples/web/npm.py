"""Runs npm on copies of packages, so that no `node_modules` lies among the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

_STAMP = ".installed-"
_KEPT = ("node_modules", "dist")


class ToolchainError(Exception):
    """A step failed; the message has what it printed."""


def run(*command: str, folder: Path) -> str:
    """Run a command and return what it prints.

    Raises:
        ToolchainError: it fails, or there is none.
    """
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ToolchainError(f"{command[0]}: {error}") from error
    if done.returncode:
        raise ToolchainError(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


def mirror(source: Path, target: Path) -> None:
    """Make a folder hold what another does; what npm and the compiler made there stays."""
    target.mkdir(parents=True, exist_ok=True)
    for old in target.iterdir():
        if old.name in _KEPT or old.name.startswith(_STAMP):
            continue
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
    ignored = shutil.ignore_patterns(*_KEPT, "__pycache__", "*.py")
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=ignored)


def install(folder: Path) -> None:
    """Install what the lock file of a folder says, unless that is there already."""
    digest = sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / f"{_STAMP}{digest[:16]}"
    if not stamp.is_file():
        run("npm", "ci", "--no-audit", "--no-fund", folder=folder)
        for old in folder.glob(f"{_STAMP}*"):
            old.unlink()
        stamp.touch()


def link(modules: Path, name: str, target: Path) -> None:
    """Let a package be found under a name in a folder of modules."""
    place = modules / name
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_symlink():
        place.unlink()
    elif place.is_dir():
        shutil.rmtree(place)
    place.symlink_to(os.path.relpath(target.resolve(), place.parent.resolve()))
