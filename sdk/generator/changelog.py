"""The contract's changelog, from which client packages take their version."""

from __future__ import annotations

import re
from pathlib import Path

FILE = "CHANGELOG.md"
_HEADING = re.compile(r"^## \[?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.]+)?)\]?", re.MULTILINE)
FIRST_VERSION = "0.1.0"


class ChangelogError(Exception):
    """The changelog names no version."""


def read_changelog(root: Path) -> tuple[str, str]:
    """Return version and text: the newest `## 1.2.3` of `CHANGELOG.md` beside the protos.

    Without such a file, 0.1.0 and a changelog that says so.

    Raises:
        ChangelogError: the file has no such heading.
    """
    path = root / FILE
    if not path.is_file():
        return FIRST_VERSION, f"# Changelog\n\n## {FIRST_VERSION}\n\n- First version.\n"
    text = path.read_text("utf-8")
    heading = _HEADING.search(text)
    if heading is None:
        raise ChangelogError(f"{path}: no heading such as `## 1.2.3`")
    return heading.group(1), text
