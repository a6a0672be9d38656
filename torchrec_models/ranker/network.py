"""The ranker's network: Wide & Deep with cross layers and one sigmoid a head.

Shape legend: N rows, F dense features, H heads, X crosses.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchrec import EmbeddingBagCollection, EmbeddingBagConfig, KeyedJaggedTensor, PoolingType

from torchrec_models.features.crosses import Cross
from torchrec_models.features.encoders import EmbeddingFeature
from torchrec_models.retrieval.towers import embedding_bags


class CrossLayers(nn.Module):
    """x_{l+1} = x_0 * (W_l x_l + b_l) + x_l, element-wise product.

    Shapes: (N, F) -> (N, F)

    Source: Wang et al., "DCN V2", WWW 2021, equation 1.
    """

    def __init__(self, width: int, layers: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))

    def forward(self, x0_NF: Tensor) -> Tensor:
        """Apply all cross layers."""
        x_NF = x0_NF
        for layer in self.layers:
            x_NF = x0_NF * layer(x_NF) + x_NF
        return x_NF


class RankerDense(nn.Module):
    """The exported part: sigmoid(Linear([cross layers, MLP]) + wide).

    Cross layers and MLP run in parallel on the same input. `wide` is the sum of the crosses'
    table rows, so the sparse memory stays outside the dense graph.

    Shapes: features (N, F), wide (N, H) -> probabilities (N, H)
    """

    def __init__(
        self,
        inputs: int,
        heads: int,
        *,
        hidden: Sequence[int],
        cross_layers: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.cross = CrossLayers(inputs, cross_layers)
        layers: list[nn.Module] = []
        width = inputs
        for size in hidden:
            layers += [nn.Linear(width, size), nn.ReLU(), nn.Dropout(dropout)]
            width = size
        self.deep = nn.Sequential(*layers)
        self.heads = nn.Linear(inputs + width, heads)

    def logits(self, features_NF: Tensor, wide_NH: Tensor) -> Tensor:
        """Return log odds (N, H), which training needs for a stable loss."""
        both = torch.cat([self.cross(features_NF), self.deep(features_NF)], dim=1)
        logits_NH: Tensor = self.heads(both) + wide_NH
        return logits_NH

    def forward(self, features_NF: Tensor, wide_NH: Tensor) -> Tensor:
        """Return probabilities."""
        return torch.sigmoid(self.logits(features_NF, wide_NH))


class Ranker(nn.Module):
    """Embedding tables, cross tables and the dense part together."""

    def __init__(
        self,
        embeddings: Sequence[EmbeddingFeature],
        numeric_count: int,
        crosses: Sequence[Cross],
        heads: int,
        *,
        hidden: Sequence[int],
        cross_layers: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.names = [feature.name for feature in embeddings]
        self.embeddings = embedding_bags(embeddings)
        self.head_count = heads
        self.wide = wide_tables(crosses, heads)
        inputs = sum(feature.dimension for feature in embeddings) + numeric_count
        self.dense = RankerDense(
            inputs, heads, hidden=hidden, cross_layers=cross_layers, dropout=dropout
        )

    def inputs(
        self, bags: KeyedJaggedTensor, numeric_NV: Tensor, crosses: KeyedJaggedTensor
    ) -> tuple[Tensor, Tensor]:
        """Return the dense part's two inputs: features (N, F) and wide (N, H)."""
        pooled = self.embeddings(bags)
        features_NF = torch.cat([*(pooled[name] for name in self.names), numeric_NV], dim=1)
        # All cross tables have one dimension a head, so the concatenation folds back.
        wide_NXH = self.wide(crosses).values().unflatten(1, (-1, self.head_count))
        return features_NF, wide_NXH.sum(dim=1)

    def forward(
        self, bags: KeyedJaggedTensor, numeric_NV: Tensor, crosses: KeyedJaggedTensor
    ) -> Tensor:
        """Return log odds (N, H)."""
        return self.dense.logits(*self.inputs(bags, numeric_NV, crosses))


def wide_tables(crosses: Sequence[Cross], heads: int) -> EmbeddingBagCollection:
    """Return one table of H weights an id for every cross, all zero before training."""
    tables = EmbeddingBagCollection(
        tables=[
            EmbeddingBagConfig(
                name=f"cross_{place}",
                embedding_dim=heads,
                num_embeddings=cross.buckets + 1,
                feature_names=[cross.name],
                pooling=PoolingType.SUM,
            )
            for place, cross in enumerate(crosses)
        ]
    )
    for parameter in tables.parameters():
        nn.init.zeros_(parameter)
    return tables
