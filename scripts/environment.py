"""Builds the checkout's `.venv`: the pinned packages from a shared cache, plus the project itself.

Two layers, because the pinned packages weigh about 6 GB and the project's own metadata belongs to
one checkout: `<cache>/venv-<hash of the pins>` holds the packages and is shared, `.venv` is a thin
environment that sees them and holds the editable install. Standard library only: it runs before
anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements" / "dev.txt"
LAYER = ROOT / ".venv"
# The packages, their wheels in pip's cache, and the download under way.
NEEDED_DISK_BYTES = 11 * 1024**3
PYTHON_TAG = f"python{sys.version_info.major}.{sys.version_info.minor}"


def main() -> int:
    """Bring the shared packages and the checkout's layer up to date.

    Returns: the exit status; failures are one line on standard error.
    """
    try:
        packages = ensure_packages()
        ensure_layer(packages)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


class SetupError(Exception):
    """A failure with a message that says what to do about it."""


def ensure_packages() -> Path:
    """Return the shared environment for these pins, built first if it is missing or incomplete."""
    cache = cache_directory()
    packages = cache / f"venv-{fingerprint(PINS.read_bytes())}"
    complete = packages / ".complete"
    if complete.exists():
        return packages
    cache.mkdir(parents=True, exist_ok=True)
    with exclusive(packages.with_suffix(".lock")):
        if not complete.exists():
            build_packages(packages)
            complete.touch()
    return packages


def build_packages(packages: Path) -> None:
    """Install the pins in place: scripts carry absolute paths, so the folder can't be renamed."""
    if packages.exists():
        shutil.rmtree(packages)
    free = shutil.disk_usage(packages.parent).free
    if free < NEEDED_DISK_BYTES:
        raise SetupError(
            f"needs about {NEEDED_DISK_BYTES >> 30} GB free in {packages.parent}, found"
            f" {free >> 30} GB: make room, or set SHORTLIST_CACHE to a folder on a larger disk"
        )
    count = sum(1 for line in PINS.read_text().splitlines() if "==" in line)
    print(
        f"setup: installing {count} packages into {packages} (about 6 GB, some minutes)", flush=True
    )
    started = time.monotonic()
    venv.EnvBuilder(with_pip=True, symlinks=True).create(packages)
    # --no-deps: the pins are complete, and torchrec's declared fbgemm-gpu must stay out.
    install(packages, "--no-deps", "--requirement", str(PINS))
    print(f"setup: installed in {time.monotonic() - started:.0f} s")


def ensure_layer(packages: Path) -> None:
    """Make `.venv` see the shared packages and hold this checkout's editable install."""
    marker = LAYER / ".complete"
    state = fingerprint(
        str(packages).encode(),
        str(ROOT).encode(),
        (ROOT / "pyproject.toml").read_bytes(),
        Path(__file__).read_bytes(),
    )
    if marker.exists() and marker.read_text() == state:
        return
    with exclusive(packages.with_suffix(".lock")):
        if LAYER.is_symlink() or LAYER.is_file():
            LAYER.unlink()
        venv.EnvBuilder(with_pip=False, symlinks=True, clear=True).create(LAYER)
        shared = packages / "lib" / PYTHON_TAG / "site-packages"
        own = LAYER / "lib" / PYTHON_TAG / "site-packages"
        (own / "_shared_packages.pth").write_text(
            f"import site; site.addsitedir({str(shared)!r})\n"
        )
        link_scripts(packages / "bin", LAYER / "bin")
        install(LAYER, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        marker.write_text(state)


def link_scripts(source: Path, target: Path) -> None:
    """Offer the shared environment's commands in `.venv/bin`.

    Python scripts are copied with this environment's interpreter, to see the project too.
    """
    shebang = f"#!{source / 'python'}".encode()
    for script in sorted(source.iterdir()):
        if script.name.startswith(("python", "activate", "Activate")) or script.is_dir():
            continue
        content = script.read_bytes()
        copy = target / script.name
        if content.startswith(shebang):
            first_line, _, rest = content.partition(b"\n")
            copy.write_bytes(first_line.replace(bytes(source), bytes(target)) + b"\n" + rest)
            copy.chmod(0o755)
        else:
            copy.symlink_to(script)


def install(environment: Path, *arguments: str) -> None:
    """Run this environment's pip; its output is shown only if it fails."""
    command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", *arguments]
    outside = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
    variables = {name: value for name, value in os.environ.items() if name not in outside}
    variables["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    variables["PIP_ROOT_USER_ACTION"] = "ignore"
    finished = subprocess.run(command, env=variables, cwd=ROOT, check=False)
    if finished.returncode:
        raise SetupError(
            f"pip failed (above): check the network and the disk, then run it again ({environment})"
        )


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a file lock, so that two checkouts don't build the same environment at once."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def cache_directory() -> Path:
    """Return $SHORTLIST_CACHE, or `shortlist` in the user's cache folder."""
    if chosen := os.environ.get("SHORTLIST_CACHE"):
        return Path(chosen).expanduser().resolve()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).resolve() / "shortlist"


def fingerprint(*parts: bytes) -> str:
    """Return a short hash of the parts and of the interpreter that the environment is for."""
    digest = hashlib.sha256(f"{sys.version}|{sys.base_prefix}".encode())
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
