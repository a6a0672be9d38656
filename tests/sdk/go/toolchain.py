"""Puts the protoc plugins for Go where the generator looks: `python -m tests.sdk.go.toolchain`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "build/tools/bin"
PLUGINS = {
    "protoc-gen-go": ("google.golang.org/protobuf/cmd/protoc-gen-go", "v1.36.12"),
    "protoc-gen-go-grpc": ("google.golang.org/grpc/cmd/protoc-gen-go-grpc", "v1.6.2"),
}


def prepare() -> None:
    """Install the plugins that are missing, or of another version.

    Raises:
        subprocess.CalledProcessError: one can't be installed.
    """
    TOOLS.mkdir(parents=True, exist_ok=True)
    for name, (package, version) in PLUGINS.items():
        if _version(TOOLS / name) != version.removeprefix("v"):
            environment = {**os.environ, "GOBIN": str(TOOLS), "GOFLAGS": "-buildvcs=false"}
            subprocess.run(["go", "install", f"{package}@{version}"], env=environment, check=True)


def _version(plugin: Path) -> str:
    if not plugin.exists():
        return ""
    said = subprocess.run([plugin, "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[-1].removeprefix("v")


if __name__ == "__main__":
    prepare()
