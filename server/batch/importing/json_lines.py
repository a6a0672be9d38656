"""Reads JSON lines, one object a line; a list of objects in it may become rows of their own."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import orjson
from numpy.typing import NDArray

from server.batch.importing.rejects import Reject

Columns = dict[str, list[str]]


def read_json_lines(
    lines: Iterable[bytes], explode: str = ""
) -> tuple[Columns, NDArray[np.int64], list[Reject]]:
    """Return text columns, the line of each row, and the lines that are no such objects.

    With `explode`, each object of that list is a row that also has the outer values.
    """
    rows: list[dict[str, object]] = []
    numbers: list[int] = []
    rejects: list[Reject] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found = _rows(orjson.loads(line), explode)
        except (orjson.JSONDecodeError, TypeError, KeyError) as error:
            text = line.decode("utf-8", errors="replace").rstrip("\n")
            rejects.append(Reject(number, _reason(error), (text[:1000],)))
            continue
        rows += found
        numbers += [number] * len(found)
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [_text(row.get(name)) for row in rows] for name in names}
    return columns, np.array(numbers, np.int64), rejects


def _reason(error: Exception) -> str:
    if isinstance(error, orjson.JSONDecodeError):
        return "is not JSON"
    return f"lacks {error}" if isinstance(error, KeyError) else "is not an object"


def _rows(document: object, explode: str) -> list[dict[str, object]]:
    if not isinstance(document, dict):
        raise TypeError
    if not explode:
        return [document]
    inner = document[explode]
    if not isinstance(inner, list) or not all(isinstance(each, dict) for each in inner):
        raise TypeError
    outer = {name: value for name, value in document.items() if name != explode}
    return [{**outer, **each} for each in inner]


def _text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
