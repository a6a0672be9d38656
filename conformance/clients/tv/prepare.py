"""Builds the package and installs an engine: `python prepare.py CHROMIUM FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tests.sdk.tv.engines import ENGINES, EngineError, prepare  # noqa: E402
from tests.sdk.tv.package import PackageError, build_package  # noqa: E402


def main(arguments: list[str]) -> int:
    """Prepare what `program.py` needs; 1 if that failed."""
    chromium, folder = arguments
    try:
        build_package(Path(folder) / "package")
        prepare(ENGINES[chromium])
    except (EngineError, PackageError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
