"""Growing columns of attribute values, one class for each kind of column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.catalog.growable import GrowableArray
from server.core.batch import Rows
from server.core.item_columns import StringColumn, StringsColumn

MISSING: Final = -1
# Sets that were replaced leave garbage; it may be as long as what is alive, and this much more.
GARBAGE_ALLOWED: Final = 4_096


class StringCodes:
    """Gives strings their code numbers; the list of values only grows."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._codes: dict[str | None, int] = {None: MISSING}

    def codes(self, strings: Sequence[str | None]) -> NDArray[np.int32]:
        """Return the code of each string, -1 for None."""
        codes = self._codes
        for string in dict.fromkeys(strings):
            if string is not None and string not in codes:
                codes[string] = len(self.values)
                self.values.append(string)
        return np.fromiter([codes[string] for string in strings], np.int32, len(strings))


class GrowingStrings:
    """A STRING attribute."""

    def __init__(self, size: int) -> None:
        self._codes = GrowableArray(np.int32, MISSING, size)
        self._strings = StringCodes()

    def write(self, size: int, rows: Rows, values: Sequence[Any]) -> None:
        self._codes.resize(size)
        self._codes.put(rows, self._strings.codes(values))

    def view(self) -> StringColumn:
        return StringColumn(self._codes.view(), self._strings.values)


class GrowingTexts:
    """A TEXT attribute: its values hardly ever repeat, so that none are looked up."""

    def __init__(self, size: int) -> None:
        self._codes = GrowableArray(np.int32, MISSING, size)
        self._values: list[str] = []

    def write(self, size: int, rows: Rows, values: Sequence[Any]) -> None:
        self._codes.resize(size)
        codes = [
            self._code(value, int(self._codes.at(int(row))))
            for row, value in zip(rows, values, strict=True)
        ]
        self._codes.put(rows, np.array(codes, np.int32))

    def view(self) -> StringColumn:
        return StringColumn(self._codes.view(), self._values)

    def _code(self, value: str | None, before: int) -> int:
        if value is None:
            return MISSING
        if before >= 0 and self._values[before] == value:
            return before
        self._values.append(value)
        return len(self._values) - 1


class GrowingSets:
    """A STRINGS attribute: each set lies in one piece behind all earlier ones."""

    def __init__(self, size: int) -> None:
        self._starts = GrowableArray(np.int64, 0, size)
        self._lengths = GrowableArray(np.int32, 0, size)
        self._codes = GrowableArray(np.int32, MISSING)
        self._strings = StringCodes()
        self._alive = 0

    def write(self, size: int, rows: Rows, values: Sequence[Any]) -> None:
        before = len(self._starts)
        self._starts.resize(size)
        self._lengths.resize(size)
        sets = [value or () for value in values]
        changed = [
            at
            for at, row in enumerate(rows.tolist())
            if (sets[at] if row >= before else self._differs(row, sets[at]))
        ]
        if not changed:
            return
        changed_rows = rows[changed]
        lengths = np.array([len(sets[at]) for at in changed], np.int32)
        starts = len(self._codes) + np.concatenate([[0], np.cumsum(lengths)[:-1]])
        self._alive += int(lengths.sum()) - int(self._lengths.take(changed_rows).sum())
        self._codes.append(self._strings.codes([each for at in changed for each in sets[at]]))
        self._starts.put(changed_rows, starts.astype(np.int64))
        self._lengths.put(changed_rows, lengths)
        if len(self._codes) > 2 * self._alive + GARBAGE_ALLOWED:
            self._compact()

    def view(self) -> StringsColumn:
        return StringsColumn(
            self._starts.view(), self._lengths.view(), self._codes.view(), self._strings.values
        )

    def _differs(self, row: int, strings: Sequence[str]) -> bool:
        start, length = int(self._starts.at(row)), int(self._lengths.at(row))
        codes = self._codes.slice(start, length).tolist()
        return [self._strings.values[code] for code in codes] != list(strings)

    def _compact(self) -> None:
        lengths = self._lengths.view()
        starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        codes = self._codes.view()[np.repeat(self._starts.view(), lengths) + within]
        self._codes = GrowableArray(np.int32, MISSING)
        self._codes.append(codes)
        self._starts.put(np.arange(len(lengths)), starts[:-1])


class GrowingNumbers:
    """A NUMBER or TIMESTAMP attribute."""

    def __init__(self, size: int) -> None:
        self._numbers = GrowableArray(np.float64, np.nan, size)

    def write(self, size: int, rows: Rows, values: Sequence[Any]) -> None:
        self._numbers.resize(size)
        numbers = [np.nan if value is None else value for value in values]
        self._numbers.put(rows, np.array(numbers, np.float64))

    def view(self) -> NDArray[np.float64]:
        return self._numbers.view()
