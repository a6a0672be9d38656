"""Raw values by candidate: `item.*` and `candidate.*`.

Shape letters: N candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Column, Rows
from server.core.context import RequestContext
from server.core.item_columns import ItemColumns
from server.features.behaviour import times_engaged
from server.features.counters import item_counter
from server.features.item_texts import ItemTexts
from server.features.ports import ItemSignals
from server.features.raw_values import RawTexts, missing_numbers, missing_strings
from server.features.recent_items import HolderBits, RecentItems

_DAY_MS = 86_400_000.0
_AFFINITY = "affinity."
_UNKNOWN_CREATE_MS = 0


class RowToModelItem(Protocol):
    """Tells which item of the model a row is."""

    def of_rows(self, rows: Rows) -> NDArray[np.int32]:
        """Return (n,) model items, -1 for rows that the model does not know."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemValues:
    """What answers for `item.*`; `timestamps` names the attributes that are points in time."""

    model_items: RowToModelItem
    signals: ItemSignals
    texts: ItemTexts
    timestamps: frozenset[str] = frozenset()
    priors: Mapping[str, float] = field(default_factory=dict)
    holders: HolderBits = field(default_factory=HolderBits)


class ItemScope:
    """`item.*` of given rows, which must be inside the view."""

    def __init__(self, items: ItemColumns, rows: Rows, now_ms: int, values: ItemValues) -> None:
        self._items = items
        self._rows = rows
        self._now_ms = now_ms
        self._values = values

    @property
    def count(self) -> int:
        return len(self._rows)

    def numbers(self, name: str) -> NDArray[np.floating]:
        rest = name.removeprefix("item.")
        if rest == "age_days":
            created_ms = self._items.create_ms.take(self._rows)
            days = (self._now_ms - created_ms) / _DAY_MS
            return np.where(created_ms > _UNKNOWN_CREATE_MS, days, np.nan)
        counted = item_counter(
            rest, self._values.signals, self._rows, self._now_ms, self._values.priors
        )
        if counted is not None:
            return counted
        column = self._items.numbers.get(rest)
        if column is None:
            return missing_numbers(self.count)
        if rest in self._values.timestamps:
            return (self._now_ms - column.take(self._rows)) / _DAY_MS
        return column.take(self._rows)

    def texts(self, name: str) -> RawTexts:
        return self._values.texts.of(self._items, self._rows, name.removeprefix("item."))

    def model_ids(self, name: str) -> NDArray[np.int64]:
        if name != "item.id":
            return np.zeros(self.count, np.int64)
        return self._values.model_items.of_rows(self._rows).astype(np.int64) + 1


class CandidateScope:
    """`item.*` and `candidate.*` of a batch; what is computed once is kept for this request."""

    def __init__(
        self,
        context: RequestContext,
        batch: CandidateBatch,
        values: ItemValues,
        recent: RecentItems,
    ) -> None:
        self._context = context
        self._batch = batch
        self._recent = recent
        self._items = ItemScope(context.items, batch.items, context.data_ms, values)
        self._computed: dict[str, NDArray[np.floating]] = {}
        self._texts: dict[str, RawTexts] = {}

    @property
    def count(self) -> int:
        return len(self._batch)

    def numbers(self, name: str) -> NDArray[np.floating]:
        if name not in self._computed:
            self._computed[name] = self._numbers(name)
        return self._computed[name]

    def texts(self, name: str) -> RawTexts:
        if not name.startswith("item."):
            return missing_strings(self.count)
        if name not in self._texts:
            self._texts[name] = self._items.texts(name)
        return self._texts[name]

    def model_ids(self, name: str) -> NDArray[np.int64]:
        return self._items.model_ids(name)

    def columns(self) -> Mapping[str, Column]:
        """Return the `candidate.*` values computed so far that the batch does not have."""
        return {
            name: values.astype(np.float32)
            for name, values in self._computed.items()
            if name.startswith("candidate.") and name not in self._batch.columns
        }

    def _numbers(self, name: str) -> NDArray[np.floating]:
        if name in self._batch.columns:
            return self._batch.columns[name]
        if name.startswith("item."):
            return self._items.numbers(name)
        rest = name.removeprefix("candidate.")
        if rest.startswith(_AFFINITY):
            attribute = rest.removeprefix(_AFFINITY)
            return self._recent.affinity(attribute, self.texts("item." + attribute))
        compute = _COMPUTED.get(rest)
        return missing_numbers(self.count) if compute is None else compute(self)

    def _engagement(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        count_N, days_N = times_engaged(
            self._context.user, self._batch.items, self._context.data_ms
        )
        self._computed["candidate.times_engaged"] = count_N
        self._computed["candidate.days_since_engaged"] = days_N
        return count_N, days_N

    def _co_engaged_share(self) -> NDArray[np.float64]:
        """Each score's share of the largest among the request's candidates.

        The hydrator of retrieval scores adds it before the shortlist is cut; this stands in.
        """
        scores = self.numbers("candidate.co_engaged").astype(np.float64)
        most = np.nanmax(scores, initial=0.0)
        return scores / most if most > 0 else np.zeros(self.count)


_COMPUTED: Mapping[str, Callable[[CandidateScope], NDArray[np.float64]]] = {
    "times_engaged": lambda scope: scope._engagement()[0],
    "days_since_engaged": lambda scope: scope._engagement()[1],
    "co_engaged_share": lambda scope: scope._co_engaged_share(),
}
