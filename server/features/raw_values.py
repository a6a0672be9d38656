"""Raw values as columns, and the source that answers for them by name.

Shape letters: N rows (1 for values that the whole request shares), L list entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RawStrings:
    """One string a row. Shapes: codes_N (N,) index into `values`, -1 missing."""

    codes_N: NDArray[np.int32]
    values: Sequence[str]

    @property
    def count(self) -> int:
        return len(self.codes_N)


@dataclass(frozen=True, slots=True)
class RawBags:
    """Several strings a row: `codes_L[starts_N[r] : starts_N[r] + lengths_N[r]]`.

    Row after row, without gaps: `starts_N` are the sums of the lengths before.
    """

    starts_N: NDArray[np.int64]
    lengths_N: NDArray[np.int64]
    codes_L: NDArray[np.int32]
    values: Sequence[str]

    @property
    def count(self) -> int:
        return len(self.lengths_N)

    def firsts(self) -> RawStrings:
        """Return each row's first value."""
        has_any = self.lengths_N > 0
        if has_any.all():
            return RawStrings(self.codes_L.take(self.starts_N), self.values)
        codes = np.full(len(self.lengths_N), -1, np.int32)
        codes[has_any] = self.codes_L[self.starts_N[has_any]]
        return RawStrings(codes, self.values)


RawTexts: TypeAlias = RawStrings | RawBags


class RawScope(Protocol):
    """Answers for the raw values of N rows.

    Names that mean nothing here are missing everywhere: a model may know attributes that the
    catalogue no longer declares.
    """

    @property
    def count(self) -> int: ...

    def numbers(self, name: str) -> NDArray[np.floating]:
        """Return (N,) numbers, NaN missing."""
        ...

    def texts(self, name: str) -> RawTexts:
        """Return strings or bags of strings."""
        ...

    def model_ids(self, name: str) -> NDArray[np.int64]:
        """Return (N,) 1 + model item or user of `item.id` or `user.id`, 0 unknown."""
        ...


def is_shared(raw: str) -> bool:
    """Tell whether a raw value is the same for all rows of a request."""
    return raw.startswith(("user.", "context."))


def missing_strings(count: int) -> RawStrings:
    """Return a column without values."""
    return RawStrings(np.full(count, -1, np.int32), ())


def missing_numbers(count: int) -> NDArray[np.float64]:
    """Return a column without values."""
    return np.full(count, np.nan)


def one_text(value: str | Sequence[str] | None) -> RawTexts:
    """Return a single row; None and "" are missing."""
    if value is None or isinstance(value, str):
        return RawStrings(np.array([0 if value else -1], np.int32), (value or "",))
    kept = tuple(each for each in value if each)
    codes = np.arange(len(kept), dtype=np.int32)
    return RawBags(np.zeros(1, np.int64), np.array([len(kept)], np.int64), codes, kept)
