"""The exported graphs compute what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from torchrec_models.errors import ExportError
from torchrec_models.export.onnx_graph import OnnxGraph, ranker_graph, tower_graph
from torchrec_models.export.onnx_parts import check_onnx, ranker_onnx, session_of, tower_onnx
from torchrec_models.ranker.network import RankerDense
from torchrec_models.retrieval.towers import TowerMlp


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_tower_takes_any_number_of_rows(rows: int):
    tower = TowerMlp(5, [8, 6], 16)
    features = torch.randn(rows, 5)
    got = session_of(tower_onnx(tower)).run(None, {"features": features.numpy()})[0]
    np.testing.assert_allclose(got, tower(features).detach().numpy(), atol=1e-5)


def test_a_tower_of_zeros_has_no_direction():
    tower = TowerMlp(2, [2], 4)
    with torch.no_grad():
        for parameter in tower.parameters():
            parameter.zero_()
    got = session_of(tower_graph(tower)).run(None, {"features": np.ones((1, 2), np.float32)})[0]
    assert got.tolist() == [[0.0] * 4]


def test_the_ranker_agrees_with_torch_and_ignores_dropout():
    dense = RankerDense(6, 2, hidden=[8, 4], cross_layers=3, dropout=0.9)
    session = session_of(ranker_onnx(dense))
    features, wide = torch.randn(3, 6), torch.randn(3, 2)
    got = session.run(None, {"features": features.numpy(), "wide": wide.numpy()})[0]
    np.testing.assert_allclose(got, dense.eval()(features, wide).detach().numpy(), atol=1e-5)


def test_the_same_module_gives_the_same_bytes():
    dense = RankerDense(3, 1, hidden=[2], cross_layers=1, dropout=0.0)
    assert ranker_graph(dense) == ranker_graph(dense)


def test_a_graph_that_disagrees_is_refused():
    with pytest.raises(ExportError, match="differ"):
        check_onnx(TowerMlp(3, [4], 8), tower_graph(TowerMlp(3, [4], 8)), {"features": 3})


def test_a_layer_without_an_onnx_form_is_refused():
    with pytest.raises(TypeError, match="Tanh"):
        OnnxGraph().sequential(nn.Sequential(nn.Tanh()), "x")
