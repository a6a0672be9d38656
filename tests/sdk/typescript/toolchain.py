"""The npm toolchain of the TypeScript package and its tests, in `build/sdks/typescript`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from sdk.examples.web.npm import install, link, mirror

ROOT = Path(__file__).resolve().parents[3]
SOURCES = ROOT / "sdk/generated/typescript"
TESTS = Path(__file__).resolve().parent
WORK = ROOT / "build/sdks/typescript"
PACKAGE, TEST_PACKAGE = WORK / "package", WORK / "tests"
PLUGIN = ROOT / "build/tools/bin/protoc-gen-es"
# What tests import themselves must be what the package imports, not another copy of it.
_SHARED = (
    "@bufbuild/protobuf",
    "@connectrpc/connect",
    "@connectrpc/connect-node",
    "@opentelemetry/api",
)


def prepare_package() -> None:
    """Install the package's toolchain, and offer its protoc plugin to the generator."""
    mirror(SOURCES, PACKAGE)
    install(PACKAGE)
    PLUGIN.parent.mkdir(parents=True, exist_ok=True)
    PLUGIN.unlink(missing_ok=True)
    PLUGIN.symlink_to(PACKAGE / "node_modules/.bin/protoc-gen-es")


def prepare_tests() -> None:
    """Install the tests' toolchain."""
    mirror(TESTS, TEST_PACKAGE)
    install(TEST_PACKAGE)
    modules = TEST_PACKAGE / "node_modules"
    link(modules, "@shortlist/sdk", PACKAGE)
    for name in _SHARED:
        link(modules, name, PACKAGE / "node_modules" / name)


def chromium() -> Path | None:
    """Return the path of a Chromium, from `SHORTLIST_CHROMIUM` or PATH; None: there is none."""
    given = os.environ.get("SHORTLIST_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = given or next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None
