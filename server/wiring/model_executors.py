"""The threads that a model's work runs on, shared by the versions that come and go."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass

from server.vector_index.adapters.faiss_index import search_executor
from server.wiring.model_settings import ModelSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelExecutors:
    """`search`: nearest neighbours; `ranking`: the ranker's graph; `loading`: loading, encoding."""

    search: Executor
    ranking: Executor
    loading: Executor

    @classmethod
    def start(cls, settings: ModelSettings) -> ModelExecutors:
        return cls(
            search=search_executor(settings.vector_index),
            ranking=ThreadPoolExecutor(settings.ranker.workers, thread_name_prefix="ranker"),
            loading=ThreadPoolExecutor(2, thread_name_prefix="model-loading"),
        )

    def close(self) -> None:
        """Wait for running work and stop; blocking."""
        for executor in (self.search, self.ranking, self.loading):
            executor.shutdown(wait=True, cancel_futures=True)
