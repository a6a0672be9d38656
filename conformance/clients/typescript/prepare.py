"""Builds the SDK and the program that is run with it: `python prepare.py FOLDER`."""

from __future__ import annotations

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from sdk.examples.web.npm import ToolchainError, link, mirror, run  # noqa: E402
from tests.sdk.typescript.toolchain import (  # noqa: E402
    PACKAGE,
    TEST_PACKAGE,
    WORK,
    prepare_package,
    prepare_tests,
)

_OF_TESTS = ("@types/node", "playwright-core")
_OF_PACKAGE = ("@bufbuild/protobuf",)
_TOOLS = PACKAGE / "node_modules/.bin"


def main(arguments: list[str]) -> int:
    """Build; 1 if that failed."""
    program = Path(arguments[0]) / "program"
    try:
        with _alone():
            prepare_package()
            run("npm", "run", "build", folder=PACKAGE)
            prepare_tests()
            _build(program)
    except ToolchainError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@contextmanager
def _alone() -> Iterator[None]:
    """Let no other program use the toolchain: they share it."""
    WORK.mkdir(parents=True, exist_ok=True)
    with (WORK / ".preparing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(program: Path) -> None:
    mirror(Path(__file__).parent, program)
    modules = program / "node_modules"
    link(modules, "@shortlist/sdk", PACKAGE)
    for names, folder in ((_OF_PACKAGE, PACKAGE), (_OF_TESTS, TEST_PACKAGE)):
        for name in names:
            link(modules, name, folder / "node_modules" / name)
    run(str(_TOOLS / "tsc"), "-p", ".", folder=program)
    run(str(_TOOLS / "biome"), "check", folder=program)
    bundle = [str(_TOOLS / "esbuild"), "--bundle", "--format=esm", "--log-level=warning"]
    # What runs does not change when the toolchain's folders do; the browser's driver is no bundle.
    node = ["--platform=node", "--target=node20", "--sourcemap", "--external:playwright-core"]
    require = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"
    node += [f"--banner:js={require}", "--outdir=built"]
    run(*bundle, *node, "src/node.ts", "src/chromium.ts", folder=program)
    page = ["--splitting", "--minify", "--target=es2022", "--outdir=built/page"]
    run(*bundle, *page, "src/page.ts", folder=program)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
