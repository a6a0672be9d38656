"""The ranker's network computes the equations of its docstrings."""

from __future__ import annotations

import numpy as np
import torch

from torchrec_models.features.bags import bags_of, keyed_jagged, singles
from torchrec_models.features.crosses import Cross
from torchrec_models.features.encoders import EmbeddingFeature, Vocabulary
from torchrec_models.ranker.network import CrossLayers, Ranker, RankerDense
from torchrec_models.retrieval.towers import TowerMlp, table_of


def test_cross_layers_follow_the_equation():
    layers = CrossLayers(2, 2)
    with torch.no_grad():
        for layer in layers.layers:
            layer.weight.copy_(torch.tensor([[1.0, 2.0], [0.0, 1.0]]))
            layer.bias.copy_(torch.tensor([0.5, -1.0]))
    # x0 = (1, 2). W x0 + b = (5.5, 1), x1 = x0 * that + x0 = (6.5, 4).
    # W x1 + b = (15, 3), x2 = x0 * that + x1 = (21.5, 10).
    assert layers(torch.tensor([[1.0, 2.0]])).tolist() == [[21.5, 10.0]]


def test_probabilities_are_the_sigmoid_of_dense_plus_wide():
    dense = RankerDense(3, 2, hidden=[4], cross_layers=1, dropout=0.5).eval()
    features, wide = torch.randn(5, 3), torch.randn(5, 2)
    torch.testing.assert_close(
        dense(features, wide), torch.sigmoid(dense.logits(features, torch.zeros(5, 2)) + wide)
    )


def test_wide_rows_of_all_crosses_are_added():
    crosses = [Cross(name, name, name, buckets=3, seed=0) for name in ("a", "b", "c")]
    feature = EmbeddingFeature("f", "f", Vocabulary(("x", "y")), "mean", 4)
    model = Ranker([feature], 1, crosses, 2, hidden=[4], cross_layers=1, dropout=0.0)
    tables = [model.wide.embedding_bags[f"cross_{i}"].weight for i in range(3)]
    with torch.no_grad():
        for place, table in enumerate(tables):
            table.copy_(torch.arange(8.0).reshape(4, 2) * 10**place)
    ids = {name: singles(np.array([place, 3])) for place, name in enumerate("abc")}
    bags = keyed_jagged({"f": bags_of([[1, 2], [0]])})
    features, wide = model.inputs(bags, torch.tensor([[7.0], [8.0]]), keyed_jagged(ids))
    expected = [sum(tables[p][i] for p, i in enumerate(row)) for row in ([0, 1, 2], [3, 3, 3])]
    torch.testing.assert_close(wide, torch.stack(expected))
    weight = table_of(model.embeddings, "f")
    torch.testing.assert_close(features[0, :4], (weight[1] + weight[2]) / 2)
    torch.testing.assert_close(features[:, 4], torch.tensor([7.0, 8.0]))


def test_cross_tables_start_silent():
    crosses = [Cross("a", "a", "a", buckets=3, seed=0)]
    feature = EmbeddingFeature("f", "f", Vocabulary(("x",)), "single", 4)
    model = Ranker([feature], 0, crosses, 1, hidden=[2], cross_layers=1, dropout=0.0)
    assert not model.wide.embedding_bags["cross_0"].weight.any()


def test_towers_return_unit_vectors():
    tower = TowerMlp(5, [8], 16)
    torch.testing.assert_close(tower(torch.randn(7, 5)).norm(dim=1), torch.ones(7))
