"""Progress bars on a terminal, silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

Step = TypeVar("Step")


def progress(steps: Iterable[Step], label: str, *, total: int | None = None) -> Iterator[Step]:
    """Iterate with a bar on stderr; without a terminal nothing is drawn."""
    bar = tqdm(
        steps, desc=label, total=total, leave=False, disable=not sys.stderr.isatty(), unit="step"
    )
    yield from bar


def report(line: str) -> None:
    """Print one line of progress above the bars."""
    tqdm.write(line, file=sys.stderr)
