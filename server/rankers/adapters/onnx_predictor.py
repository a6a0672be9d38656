"""The ranker in process: ONNX Runtime in threads of its own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from server.core.batch import CandidateBatch
from server.core.context import RequestContext
from server.core.errors import UnavailableError


class RankerGraph(Protocol):
    """A graph from "features" (N, F) and "wide" (N, H) to probabilities (N, H)."""

    def __call__(self, **inputs: NDArray[np.float32]) -> NDArray[np.float32]: ...


class OnnxPredictor:
    """Reads the columns "features" and "wide", returns one column a head.

    All rows go through the graph at once: it is one matrix product per layer.
    """

    name: ClassVar[str] = "ranker"

    def __init__(
        self, graph: RankerGraph, heads: Sequence[str], executor: Executor, *, timeout_s: float
    ) -> None:
        self._graph = graph
        self._heads = tuple(heads)
        self._executor = executor
        self._timeout_s = timeout_s

    async def predict(
        self, context: RequestContext, batch: CandidateBatch
    ) -> Mapping[str, NDArray[np.float32]]:
        if len(batch) == 0:
            return {head: np.empty(0, np.float32) for head in self._heads}
        try:
            loop, columns = asyncio.get_running_loop(), batch.columns
            async with asyncio.timeout(self._time_left(context)):
                found_NH = await loop.run_in_executor(
                    self._executor, self.probabilities, columns["features"], columns["wide"]
                )
        except TimeoutError as error:
            raise UnavailableError("the ranker did not answer in time") from error
        except (RuntimeError, KeyError) as error:
            raise UnavailableError("the ranker failed") from error
        return {head: found_NH[:, at] for at, head in enumerate(self._heads)}

    def probabilities(
        self, features_NF: NDArray[np.float32], wide_NH: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return (N, H); blocking.

        Raises:
            RuntimeError: the graph failed.
        """
        return self._graph(features=features_NF, wide=wide_NH)

    def _time_left(self, context: RequestContext) -> float:
        if context.deadline_s is None:
            return self._timeout_s
        return min(self._timeout_s, max(context.deadline_s - time.monotonic(), 0.0))
