"""Finds the mapping for a folder: by name, by a file the user wrote, or by what lies there."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

from server.batch.mapping.language import DatasetMapping
from server.batch.mapping.parse import load_mapping
from server.batch.mapping.section import MappingError

AUTO = "auto"
DATASETS = Path(__file__).parent.parent / "datasets"


def shipped_mappings() -> list[DatasetMapping]:
    """Return the mappings that come with the server, by name."""
    return [load_mapping(path) for path in sorted(DATASETS.glob("*.toml"))]


def layout_names() -> list[str]:
    """Return what may be asked for by name."""
    return sorted({mapping.family or mapping.name for mapping in shipped_mappings()})


def find_mapping(folder: Path, layout: str = AUTO) -> DatasetMapping:
    """Return the mapping for a folder.

    Args:
        layout: `auto`, the name of a shipped mapping, or the path of a mapping file (.toml).

    Raises:
        MappingError: none fits, or the mapping file is wrong.
    """
    if layout.endswith(".toml"):
        return load_mapping(Path(layout))
    if not folder.is_dir():
        raise MappingError(f"{folder}: is no folder; name the folder that holds the files")
    named = [each for each in shipped_mappings() if layout in (AUTO, each.name, each.family)]
    if not named:
        known = ", ".join([AUTO, *layout_names()])
        raise MappingError(
            f"--layout {layout}: is not known; use one of {known}, or a mapping file (.toml)"
        )
    fitting = [each for each in named if fits(folder, each)]
    if fitting:
        return max(fitting, key=lambda each: len(each.required))
    wanted = "; ".join(f"{each.name}: {', '.join(each.required)}" for each in named)
    raise MappingError(
        f"{folder}: no layout fits what lies there (known: {wanted}); "
        "write a mapping file, see docs/data.md, and name it with --layout my.toml"
    )


def locate(folder: Path, file: str) -> Path | None:
    """Return the file, gzipped or not, or its Parquet twin; None if there is none."""
    name = Path(file)
    names = (file, f"{file}.gz", str(name.with_suffix(".parquet")))
    return next((folder / each for each in names if (folder / each).is_file()), None)


def fits(folder: Path, mapping: DatasetMapping) -> bool:
    """Tell whether a folder has the files and columns by which a layout is recognised."""
    if not mapping.required or any(locate(folder, file) is None for file in mapping.required):
        return False
    return all(
        set(columns) <= set(_header(folder, file)) for file, columns in mapping.columns.items()
    )


def _header(folder: Path, file: str) -> list[str]:
    path = locate(folder, file)
    if path is None or path.suffix == ".parquet":
        return []
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(lines), [])
    except (OSError, EOFError, UnicodeDecodeError, csv.Error):
        return []
