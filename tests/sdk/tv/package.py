"""Builds the TV package from what the generator made, away from the sources."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GENERATED = ROOT / "sdk" / "generated" / "tv"
PACKAGE = ROOT / "build" / "tv-package"


class PackageError(Exception):
    """The package does not build."""


def build_package(folder: Path = PACKAGE) -> dict[str, int]:
    """Build a copy of the package in a folder and return the size of the library, gzipped.

    Raises:
        PackageError: it is not ES5, too large, or its typings are wrong.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name != "node_modules":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    ignored = shutil.ignore_patterns("node_modules", "dist")
    shutil.copytree(GENERATED, folder, ignore=ignored, dirs_exist_ok=True)
    lock = folder / "package-lock.json"
    installed = folder / "node_modules" / "lock.json"
    if not installed.is_file() or installed.read_bytes() != lock.read_bytes():
        npm("ci", "--no-audit", "--no-fund", folder=folder)
        shutil.copyfile(lock, installed)
    npm("run", "build", folder=folder)
    npm("run", "types", folder=folder)
    sizes = json.loads((folder / "dist" / "sizes.json").read_text())
    return {"shortlist.min.js": sizes["gzip"]}


def npm(*arguments: str, folder: Path) -> None:
    """Run npm in a folder."""
    run("npm", "--loglevel=error", *arguments, folder=folder)


def run(*arguments: str, folder: Path) -> None:
    """Run a command in a folder.

    Raises:
        PackageError: it fails; says what it printed.
    """
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PackageError(f"{folder}: {' '.join(arguments)}: {done.stdout}{done.stderr}")
