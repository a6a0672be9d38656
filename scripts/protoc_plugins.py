"""Installs the protoc plugins that the generator runs, pinned, into `build/tools/bin`.

    python scripts/protoc_plugins.py [go,java,...]

Needs Go, Node and Maven for what it installs; `sdk.generator --check` needs none of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.sdk.go import toolchain as go  # noqa: E402
from tests.sdk.java import maven  # noqa: E402
from tests.sdk.typescript import toolchain as typescript  # noqa: E402

INSTALL: Mapping[str, Callable[[], object]] = {
    "go": go.prepare,
    "java": maven.install_protoc,
    "kotlin": maven.install_protoc,
    "typescript": typescript.prepare_package,
}


def main() -> int:
    """Install what the given languages need, of all by default."""
    wanted = sys.argv[1].split(",") if len(sys.argv) > 1 else list(INSTALL)
    for install in dict.fromkeys(INSTALL[each] for each in wanted if each in INSTALL):
        install()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
