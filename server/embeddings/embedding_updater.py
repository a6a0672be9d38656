"""Keeps the two vector indexes in step with the catalogue while serving."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from itertools import islice

import numpy as np

from server.core.batch import Rows
from server.core.item_columns import ItemColumns
from server.embeddings.ports import ContentEncoder, ItemEncoder
from server.features.model_items import ModelItems
from server.features.static_items import StaticItemColumns
from server.vector_index.ports import VectorIndex

_log = logging.getLogger(__name__)
_BATCH = 512
_RETRY_S = 1.0


class EmbeddingUpdater:
    """Encodes new and changed items and upserts them; takes deleted ones out at once.

    `on_change` is for `Catalog.subscribe`; `run` must be running on the same event loop.
    """

    def __init__(
        self,
        columns: Callable[[], ItemColumns],
        model_items: ModelItems,
        *,
        item_encoder: ItemEncoder,
        content_encoder: ContentEncoder,
        retrieval_index: VectorIndex,
        content_index: VectorIndex,
        static: StaticItemColumns,
        executor: Executor,
    ) -> None:
        self._columns = columns
        self._model_items = model_items
        self._item_encoder = item_encoder
        self._content_encoder = content_encoder
        self._indexes = (retrieval_index, content_index)
        self._static = static
        self._executor = executor
        self._pending: dict[int, None] = {}
        self._wake = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    @property
    def pending(self) -> int:
        """Return how many changed items are not in the indexes yet."""
        return len(self._pending)

    def on_change(self, rows: Rows) -> None:
        """Take note of rows written or deleted; never blocks."""
        items = self._columns()
        self._model_items.update(items, rows)
        self._static.forget(rows)
        alive = _alive(items, rows)
        self._remove(rows[~alive])
        for row in rows[alive].tolist():
            self._pending[row] = None
        if self._pending:
            self._is_idle.clear()
            self._wake.set()

    async def run(self) -> None:
        """Encode pending items until cancelled; a failing batch is logged and tried again."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending:
                await self._update_batch()
            self._is_idle.set()

    async def settled(self) -> None:
        """Wait until everything noted so far is in the indexes."""
        await self._is_idle.wait()

    async def _update_batch(self) -> None:
        rows = np.fromiter(islice(self._pending, _BATCH), np.int64)
        for row in rows.tolist():
            del self._pending[row]
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._update, rows)
        except Exception:
            # Whatever it was, an item that cannot be encoded must not stop the others for good.
            _log.exception("items could not be encoded; trying again", extra={"rows": len(rows)})
            self._pending.update(dict.fromkeys(rows.tolist()))
            await asyncio.sleep(_RETRY_S)
            return
        # An item deleted while it was being encoded is back in the indexes: take it out again.
        self._remove(rows[~_alive(self._columns(), rows)])

    def _update(self, rows: Rows) -> None:
        items = self._columns()
        retrieval, content = self._indexes
        retrieval.upsert(rows, self._item_encoder.encode(items, rows))
        content.upsert(rows, self._content_encoder.encode(items, rows))

    def _remove(self, rows: Rows) -> None:
        for row in rows.tolist():
            self._pending.pop(row, None)
        if len(rows):
            for index in self._indexes:
                index.remove(rows)


def _alive(items: ItemColumns, rows: Rows) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return which rows belong to items that are not deleted."""
    return np.fromiter(
        (items.row_of.get(items.ids[row]) == row for row in rows.tolist()), np.bool_, len(rows)
    )
