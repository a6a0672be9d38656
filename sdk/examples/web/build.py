"""Builds the web page: `python -m sdk.examples.web.build OUT [--people FILE]`.

OUT becomes a folder of static files, for any web server that hands calls on to the edge: calls go
to the page's own origin. Needs Node and npm; what they make besides lies in `build/web`.

FILE tells the page whom it can show, since no call of the contract lists users:

    {"people": [{"id": "u1", "label": "likes games",
                 "history": [{"itemId": "i7", "type": "click", "time": "2026-01-31T12:00:00Z"}]}],
     "apiKey": "only where the edge asks for one"}

Label, history and key may be absent; without the file any user can be named by id.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from sdk.examples.web.npm import ToolchainError, install, link, mirror, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
WORK = ROOT / "build/web"


def build_site(
    out: Path, *, package: Path | None = None, people: dict[str, Any] | None = None
) -> None:
    """Write the page's files.

    Args:
        package: the SDK's package with its `dist`; absent: it is built.

    Raises:
        ToolchainError: npm, the compiler or the bundler failed.
    """
    source = WORK / "source"
    mirror(HERE, source)
    install(source)
    link(source / "node_modules", "@shortlist/sdk", package or build_package())
    run("npm", "run", "check", folder=source)
    shutil.rmtree(source / "dist", ignore_errors=True)
    run("npm", "run", "build", folder=source)
    shutil.copytree(source / "dist", out, dirs_exist_ok=True)
    (out / "site.json").write_text(json.dumps(people or {"people": []}) + "\n")


def build_package() -> Path:
    """Build the SDK from its checked-in sources and return its folder."""
    package = WORK / "sdk"
    mirror(ROOT / "sdk/generated/typescript", package)
    install(package)
    run("npm", "run", "build", folder=package)
    return package


def main(argv: list[str] | None = None) -> int:
    """Build; return 1 if a step failed."""
    parser = argparse.ArgumentParser(prog="sdk.examples.web.build", description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--people", type=Path, help="JSON file, see above")
    options = parser.parse_args(argv)
    people = json.loads(options.people.read_text("utf-8")) if options.people else None
    try:
        build_site(options.out, people=people)
    except ToolchainError as error:
        print(f"web: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
