"""Declares the contract as released: `make release-contract`.

Writes proto/released/: the descriptors, the conformance cases, the Python client as a wheel. From
then on `make check` refuses changes that break the contract, and tests/conformance holds today's
server to what the release promised and to what its client expects.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASED = ROOT / "proto" / "released"
CASES = ROOT / "conformance" / "cases"
# The earliest that a zip can say: the same content is the same file.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def main() -> int:
    """Write the folder anew."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    shutil.rmtree(RELEASED, ignore_errors=True)
    RELEASED.mkdir()
    _run(
        str(ROOT / ".venv" / "bin" / "buf"),
        "build",
        "--path=proto/shortlist",
        "--exclude-source-info",
        f"--output={RELEASED / 'contract.binpb'}",
    )
    pack(CASES, RELEASED / "cases.zip")
    wheel = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(RELEASED))
    _run(*wheel, cwd=ROOT / "sdk" / "python")
    for path in sorted(RELEASED.iterdir()):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1024:.0f} KiB")
    return 0


def pack(folder: Path, archive: Path) -> None:
    """Write a folder's files into an archive that depends on nothing but their content."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.iterdir()):
            packed.writestr(
                zipfile.ZipInfo(path.name, NO_TIME), path.read_bytes(), zipfile.ZIP_DEFLATED
            )


def _run(*command: str, cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")


if __name__ == "__main__":
    sys.exit(main())
