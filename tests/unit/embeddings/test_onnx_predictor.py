"""The ranker's graph behind the Predictor port."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from server.core.batch import CandidateBatch
from server.core.errors import UnavailableError
from server.embeddings.adapters.onnx_session import OnnxFunction
from server.rankers.adapters.onnx_predictor import OnnxPredictor
from tests.small_model.loading import request
from tests.small_model.onnx_graphs import write_ranker
from tests.small_model.world import MemoryCatalog

CONTEXT = request(MemoryCatalog())


@pytest.fixture
def executor():
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def graph(tmp_path):
    write_ranker(tmp_path / "ranker.onnx", np.array([[1, 0], [0, 2]], np.float32))
    return OnnxFunction(
        tmp_path / "ranker.onnx", inputs=("features", "wide"), output="probabilities", threads=1
    )


def batch(features, wide) -> CandidateBatch:
    columns = {"features": np.array(features, np.float32), "wide": np.array(wide, np.float32)}
    return CandidateBatch.of_items(np.arange(len(features))).with_columns(columns)


async def test_each_head_is_a_column(graph, executor):
    predictor = OnnxPredictor(graph, ("click", "buy"), executor, timeout_s=5)
    found = await predictor.predict(CONTEXT, batch([[0, 0], [1, 1]], [[0, 0], [0, -2]]))
    assert found["click"] == pytest.approx([0.5, 1 / (1 + np.exp(-1))])
    assert found["buy"] == pytest.approx([0.5, 0.5])


async def test_features_of_another_width_are_unavailable(graph, executor):
    predictor = OnnxPredictor(graph, ("click", "buy"), executor, timeout_s=5)
    with pytest.raises(UnavailableError, match="failed"):
        await predictor.predict(CONTEXT, batch([[0, 0, 0]], [[0, 0]]))


async def test_missing_features_are_unavailable(graph, executor):
    predictor = OnnxPredictor(graph, ("click", "buy"), executor, timeout_s=5)
    with pytest.raises(UnavailableError, match="failed"):
        await predictor.predict(CONTEXT, CandidateBatch.of_items(np.arange(2)))


async def test_a_slow_ranker_is_unavailable_in_time(executor):
    release = threading.Event()

    def slow(**inputs):
        release.wait(5)
        return np.zeros((1, 1), np.float32)

    predictor = OnnxPredictor(slow, ("click",), executor, timeout_s=0.02)
    started = time.monotonic()
    with pytest.raises(UnavailableError, match="in time"):
        await predictor.predict(CONTEXT, batch([[0]], [[0]]))
    assert time.monotonic() - started < 1
    release.set()


async def test_the_requests_deadline_counts(executor):
    release = threading.Event()
    predictor = OnnxPredictor(lambda **inputs: release.wait(5), ("click",), executor, timeout_s=60)
    context = request(MemoryCatalog(), deadline_s=time.monotonic() + 0.02)
    with pytest.raises(UnavailableError, match="in time"):
        await predictor.predict(context, batch([[0]], [[0]]))
    release.set()
