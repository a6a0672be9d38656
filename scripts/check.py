"""Runs every check that needs no server, two at a time, and prints what failed.

`--static` leaves the tests out, for a caller that runs all of them anyway.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
RELEASED = "proto/released/contract.binpb"
FAST_TESTS = {
    "unit and port tests": ("tests/unit", "tests/ports"),
    "generator tests": ("tests/sdk/generator",),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One named command; `commands` run in order until one fails."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    shows_output: bool = False


def main() -> int:
    """Run the checks and return 1 if any failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--static", action="store_true", help="leave the tests out")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(max_workers=2) as pool:
        checks = static_checks(Path(scratch))
        if not options.static:
            checks = [*fast_tests(), *checks]
        failed = [
            name for name, passed in zip(checks, pool.map(run, checks), strict=True) if not passed
        ]
    took = time.monotonic() - started
    if failed:
        print(f"check: failed: {', '.join(check.name for check in failed)} ({took:.0f} s)")
        return 1
    print(f"check: all {len(checks)} checks passed in {took:.0f} s")
    return 0


def static_checks(scratch: Path) -> list[Check]:
    """Return the checks, the longest first."""
    ruff, buf = str(BIN / "ruff"), str(BIN / "buf")
    image = str(scratch / "contract.binpb")
    return [
        Check("types", ((PYTHON, "-m", "mypy"),)),
        Check(
            "types of the Python client",
            ((PYTHON, "-m", "mypy", "--config-file", "sdk/python/pyproject.toml"),),
        ),
        Check("format", ((ruff, "format", "--check", "."),)),
        Check("lint", ((ruff, "check", "."),)),
        Check("import layers", ((str(BIN / "lint-imports"),),)),
        Check("proto lint", ((buf, "lint"),)),
        Check(
            # Images on both sides: a workspace of two modules can't be compared with one image.
            "proto breaking (against what make release-contract wrote)",
            (
                (buf, "build", "--path", "proto/shortlist", "--output", image),
                (buf, "breaking", image, "--against", RELEASED, "--exclude-imports"),
            ),
        ),
        Check("generated code", ((PYTHON, "scripts/generate.py", "--check"),)),
        Check("client packages", ((PYTHON, "-m", "sdk.generator", "--check"),)),
        Check("OpenAPI document", ((PYTHON, "-m", "sdk.generator.openapi", "--check"),)),
    ]


def fast_tests() -> list[Check]:
    """Return the tests that need no server."""
    return [
        Check(name, ((PYTHON, "-m", "pytest", "-q", *folders),), shows_output=True)
        for name, folders in FAST_TESTS.items()
    ]


def run(check: Check) -> bool:
    """Run one check and print its line, with its output where it failed or is asked for."""
    started = time.monotonic()
    output, passed = "", True
    for command in check.commands:
        finished = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": ""},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output += finished.stdout
        if finished.returncode:
            passed = False
            break
    line = f"{'ok  ' if passed else 'FAIL'} {check.name} ({time.monotonic() - started:.1f} s)\n"
    if not passed or check.shows_output:
        line = f"{output.rstrip()}\n{line}"
    # One write, so that two checks' lines don't mix.
    sys.stdout.write(line)
    sys.stdout.flush()
    return passed


if __name__ == "__main__":
    sys.exit(main())
