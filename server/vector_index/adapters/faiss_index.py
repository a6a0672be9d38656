"""The embedded vector index: FAISS in this process, one executor thread a search."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Executor, ThreadPoolExecutor

import faiss
import numpy as np
from numpy.typing import NDArray

from server.core.batch import Mask, Retrieved, Rows
from server.core.errors import UnavailableError
from server.vector_index.row_view import RowView
from server.vector_index.settings import VectorIndexSettings
from server.vector_index.snapshot import IndexSnapshot

_INLINE_VALUES = 1 << 19


def search_executor(settings: VectorIndexSettings) -> Executor:
    """Return the threads that searches run on, one OpenMP thread each; share it among indexes."""
    return ThreadPoolExecutor(
        settings.search_workers,
        thread_name_prefix="vector-search",
        initializer=lambda: faiss.omp_set_num_threads(1),
    )


class FaissIndex:
    """A built snapshot, plus what was written since in a small exact index beside it.

    Writes may come from any thread; a search sees all writes that returned before it began.
    """

    def __init__(
        self,
        snapshot: IndexSnapshot,
        rows_P: Rows,
        settings: VectorIndexSettings,
        executor: Executor,
    ) -> None:
        """Args: rows_P: (P,) int64 row of each position of the snapshot, -1 for none."""
        self._view = RowView.of(snapshot, rows_P)
        self._settings = settings
        self._executor = executor
        self._writing = threading.Lock()
        self._touched: list[Rows] | None = None

    @property
    def dimension(self) -> int:
        return self._view.snapshot.report.dimension

    @property
    def snapshot(self) -> IndexSnapshot:
        """The snapshot now in use."""
        return self._view.snapshot

    def __len__(self) -> int:
        return len(self._view)

    async def search(
        self, query: NDArray[np.float32], k: int, allowed: Mask | None = None
    ) -> Retrieved:
        view = self._view
        if k <= 0 or len(view) == 0:
            return Retrieved.nothing()
        try:
            # Handing over to a thread costs more than a search among a few items.
            if len(view) * self.dimension <= _INLINE_VALUES:
                return view.search(query, k, allowed, self._settings.exact_limit)
            return await asyncio.get_running_loop().run_in_executor(
                self._executor, view.search, query, k, allowed, self._settings.exact_limit
            )
        except RuntimeError as error:
            raise UnavailableError("the vector index cannot answer") from error

    def vectors(self, rows: Rows) -> NDArray[np.float32]:
        return self._view.vectors(rows)

    def scores(self, rows: Rows, query: NDArray[np.float32]) -> NDArray[np.float32]:
        return self._view.scores(rows, query)

    def upsert(self, rows: Rows, vectors: NDArray[np.float32]) -> None:
        with self._writing:
            self._view = self._view.extended(rows, vectors)
            self._note(rows)

    def remove(self, rows: Rows) -> None:
        with self._writing:
            self._view = self._view.without(rows)
            self._note(rows)

    def is_rebuild_due(self) -> bool:
        """Tell whether so much has changed that searches pay for it."""
        view, settings = self._view, self._settings
        limit = max(settings.rebuild_minimum, settings.rebuild_share * len(view.rows_P))
        return view.changed > limit

    def begin_rebuild(self) -> RowView:
        """Return what a new snapshot is to be built from; writes are noted until `adopt`."""
        with self._writing:
            self._touched = []
            return self._view

    def adopt(self, snapshot: IndexSnapshot, rows_P: Rows) -> None:
        """Swap a snapshot built from `begin_rebuild` in, with the writes that came meanwhile."""
        fresh = RowView.of(snapshot, rows_P)
        with self._writing:
            touched = np.unique(np.concatenate([np.empty(0, np.int64), *(self._touched or [])]))
            if len(touched):
                fresh = fresh.extended(touched, self._view.vectors(touched))
            self._view, self._touched = fresh, None

    def _note(self, rows: Rows) -> None:
        if self._touched is not None:
            self._touched.append(rows)
