"""A window of ranked items on its way to the caller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch, Column, Mask, Rows, Scores
from server.core.item_columns import ItemColumns
from server.core.slate import Slate
from server.orchestrator.feed import EXPLORED, RULED, Feed
from server.orchestrator.query import Reason, ServedItem

FEATURES = "features"
POSITION = "position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The items of one page, in display order.

    Shapes:
        rows (n,) int64; positions (n,) int32 in the feed; scores (n,) float32; propensities (n,)
        float64; sources (n,) uint32 bits by `source_names`; is_explored, is_ruled (n,) bool.
    """

    source_names: tuple[str, ...]
    rows: Rows
    positions: NDArray[np.int32]
    scores: Scores
    propensities: NDArray[np.float64]
    sources: NDArray[np.uint32]
    is_explored: Mask
    is_ruled: Mask

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def of(cls, feed: Feed, offset: int, size: int) -> Page:
        """Return the window of a feed; empty past its end."""
        window = slice(offset, offset + size)
        flags = feed.flags[window]
        rows = feed.rows[window]
        return cls(
            source_names=feed.source_names,
            rows=rows,
            positions=np.arange(offset, offset + len(rows), dtype=np.int32),
            scores=feed.scores[window],
            propensities=feed.propensities[window],
            sources=feed.sources[window],
            is_explored=(flags & EXPLORED) > 0,
            is_ruled=(flags & RULED) > 0,
        )

    @classmethod
    def of_slate(cls, slate: Slate) -> Page:
        """Return a whole slate as the one page there is."""
        batch = slate.batch
        return cls(
            source_names=slate.source_names,
            rows=batch.items,
            positions=np.arange(len(batch), dtype=np.int32),
            scores=batch.scores,
            propensities=slate.propensities,
            sources=batch.sources,
            is_explored=slate.is_explored,
            is_ruled=slate.is_ruled,
        )

    def take(self, kept: Mask) -> Page:
        """Drop items; those that stay keep their order and positions."""
        return replace(
            self,
            rows=self.rows[kept],
            positions=self.positions[kept],
            scores=self.scores[kept],
            propensities=self.propensities[kept],
            sources=self.sources[kept],
            is_explored=self.is_explored[kept],
            is_ruled=self.is_ruled[kept],
        )

    def slate(self, model_version: str, features: NDArray[np.float32] | None) -> Slate:
        """Return the page as what side effects get: a slate with the column `position`.

        Shapes: features (n, F), where they are at hand.
        """
        columns: dict[str, Column] = {POSITION: self.positions}
        if features is not None:
            columns[FEATURES] = features
        return Slate(
            batch=CandidateBatch(self.rows, self.sources, self.scores, columns),
            propensities=self.propensities,
            is_explored=self.is_explored,
            is_ruled=self.is_ruled,
            source_names=self.source_names,
            model_version=model_version,
        )

    def found_by(self, source: str) -> Mask:
        """Return (n,) which items a source found; none if the pipeline had no such source."""
        if source not in self.source_names:
            return np.zeros(len(self), np.bool_)
        # A stand-in for failed sources has a source's name and a bit of its own.
        bits = sum(1 << bit for bit, name in enumerate(self.source_names) if name == source)
        found: Mask = (self.sources & np.uint32(bits)) > 0
        return found

    def served(
        self, items: ItemColumns, reasons: Sequence[tuple[Reason, ...]]
    ) -> tuple[ServedItem, ...]:
        """Return the items as values; `reasons` has one entry for each, or is empty."""
        names = {bits: self._names(bits) for bits in set(self.sources.tolist())}
        columns = zip(
            self.rows.tolist(),
            self.scores.tolist(),
            self.positions.tolist(),
            self.propensities.tolist(),
            self.sources.tolist(),
            reasons or [()] * len(self),
            strict=True,
        )
        return tuple(
            ServedItem(
                item_id=items.ids[row],
                row=row,
                score=score,
                position=position,
                propensity=propensity,
                reasons=why,
                sources=names[bits],
            )
            for row, score, position, propensity, bits, why in columns
        )

    def _names(self, bits: int) -> tuple[str, ...]:
        named = (name for bit, name in enumerate(self.source_names) if bits >> bit & 1)
        return tuple(dict.fromkeys(named))
