"""Golden inputs in the shape that encoders read: a little catalogue, and raw values by name.

Shape letters: M golden items, N rows of a golden ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.core.batch import Rows
from server.core.item_columns import ItemColumns, StringColumn, StringsColumn
from server.features.raw_values import (
    RawBags,
    RawStrings,
    RawTexts,
    missing_numbers,
    missing_strings,
)
from server.model_registry.golden import GoldenItem

_LIMITS = np.iinfo(np.int64)


class GoldenScope:
    """Raw values as golden rankings list them: null is missing, a list is a bag."""

    def __init__(
        self,
        raw: Mapping[str, Sequence[Any]],
        model_rows: Mapping[str, Mapping[str, int]],
    ) -> None:
        """Args: model_rows: for `item.id` and `user.id`, the model row of each known id."""
        self._raw = raw
        self._model_rows = model_rows
        self.count = max((len(values) for values in raw.values()), default=0)

    def numbers(self, name: str) -> NDArray[np.float64]:
        values = self._raw.get(name)
        if values is None:
            return missing_numbers(self.count)
        return np.array([float("nan") if each is None else float(each) for each in values])

    def texts(self, name: str) -> RawTexts:
        values = self._raw.get(name)
        if values is None:
            return missing_strings(self.count)
        if any(isinstance(each, list) for each in values):
            return _bags([[] if each is None else _listed(each) for each in values])
        texts = ["" if each is None else _text(each) for each in values]
        codes = [at if text else -1 for at, text in enumerate(texts)]
        return RawStrings(np.array(codes, np.int32), texts)

    def model_ids(self, name: str) -> NDArray[np.int64]:
        known = self._model_rows.get(name, {})
        values = self._raw.get(name) or [None] * self.count
        return np.array([known.get(each, -1) + 1 for each in values], np.int64)


class GoldenModelItems:
    """Which model item each row of the little catalogue is."""

    def __init__(self, items: Sequence[GoldenItem], model_rows: Mapping[str, int]) -> None:
        self._items_M = np.array([model_rows.get(item.item_id, -1) for item in items], np.int32)

    def of_rows(self, rows: Rows) -> NDArray[np.int32]:
        return self._items_M[rows]


def golden_columns(items: Sequence[GoldenItem]) -> ItemColumns:
    """Return a catalogue of the golden items, row after row."""
    count = len(items)
    names = dict.fromkeys(name for item in items for name in item.attributes)
    values = {name: [item.attributes.get(name) for item in items] for name in names}
    sets = {name for name, each in values.items() if any(isinstance(v, list) for v in each)}
    texts = {name for name, each in values.items() if any(isinstance(v, str) for v in each)} - sets
    return ItemColumns(
        size=count,
        version=0,
        ids=[item.item_id for item in items],
        titles=[item.title for item in items],
        row_of={item.item_id: row for row, item in enumerate(items)},
        active=np.ones(count, np.bool_),
        available_ms=np.full(count, _LIMITS.min),
        expire_ms=np.full(count, _LIMITS.max),
        create_ms=np.zeros(count, np.int64),
        strings={name: _strings(values[name]) for name in texts},
        string_sets={name: _string_sets(values[name]) for name in sets},
        numbers={
            name: np.array([np.nan if v is None else float(v) for v in values[name]])
            for name in names
            if name not in sets | texts
        },
    )


def _strings(values: Sequence[Any]) -> StringColumn:
    texts = [value or "" for value in values]
    codes = [at if text else -1 for at, text in enumerate(texts)]
    return StringColumn(np.array(codes, np.int32), texts)


def _string_sets(values: Sequence[Any]) -> StringsColumn:
    bags = _bags([[] if value is None else _listed(value) for value in values])
    return StringsColumn(bags.starts_N, bags.lengths_N.astype(np.int32), bags.codes_L, bags.values)


def _bags(lists: Sequence[Sequence[str]]) -> RawBags:
    values = list(dict.fromkeys(value for each in lists for value in each))
    code_of = {value: code for code, value in enumerate(values)}
    lengths = np.array([len(each) for each in lists], np.int64)
    codes = np.array([code_of[value] for each in lists for value in each], np.int32)
    return RawBags(np.cumsum(lengths) - lengths, lengths, codes, values)


def _listed(value: Any) -> list[str]:  # noqa: ANN401 (decoded JSON)
    listed = value if isinstance(value, list) else [value]
    return [_text(each) for each in listed if each not in (None, "")]


def _text(value: Any) -> str:  # noqa: ANN401 (decoded JSON)
    return value if isinstance(value, str) else repr(float(value))
