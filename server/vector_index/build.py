"""Builds an index in a process of its own, at low priority: `python -m server.vector_index.build`.

A large build takes minutes of CPU and a copy of the vectors; neither belongs in a serving process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from server.core.errors import ArtifactError
from server.vector_index.settings import VectorIndexSettings
from server.vector_index.snapshot import build_snapshot, write_snapshot


def main(arguments: Sequence[str] | None = None) -> int:
    """Build from a .npy of float32 vectors into an existing folder."""
    parser = argparse.ArgumentParser(prog="python -m server.vector_index.build")
    parser.add_argument("--vectors", type=Path, required=True, help="(P, D) float32 .npy file")
    parser.add_argument("--output", type=Path, required=True, help="existing folder")
    parser.add_argument("--settings", default="{}", help="JSON of the index settings")
    chosen = parser.parse_args(arguments)
    settings = VectorIndexSettings.model_validate_json(chosen.settings)
    os.nice(settings.build_niceness)
    vectors_PD = np.load(chosen.vectors, mmap_mode="r").view(np.ndarray)
    write_snapshot(build_snapshot(vectors_PD, settings), chosen.output)
    return 0


def build_in_subprocess(vectors: Path, output: Path, settings: VectorIndexSettings) -> None:
    """Run the build and wait for it; blocking.

    Raises:
        ArtifactError: the build failed; the message has its last line.
    """
    command = [sys.executable, "-m", "server.vector_index.build"]
    command += ["--vectors", str(vectors), "--output", str(output)]
    command += ["--settings", settings.model_dump_json()]
    # Waiting threads that spin would take the cores from the requests being served.
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": str(settings.build_threads),
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ArtifactError(f"{vectors}: index build failed ({done.returncode}): {last[:300]}")


if __name__ == "__main__":
    sys.exit(main())
