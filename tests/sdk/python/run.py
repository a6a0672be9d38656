"""Tests the Python client package and writes `build/sdks/python.json`."""

from __future__ import annotations

import subprocess
import sys

from tests.sdk.matrix import ROOT


def main() -> int:
    """Check its types, then run its tests; return 0 if all is well."""
    types = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "sdk/python/pyproject.toml"],
        cwd=ROOT,
        check=False,
    )
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/sdk/python", "--sdk-report"],
        cwd=ROOT,
        check=False,
    )
    return types.returncode or tests.returncode


if __name__ == "__main__":
    raise SystemExit(main())
