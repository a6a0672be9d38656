"""The two towers: embedding bags and an MLP a side, unit vectors out.

Shape legend: B rows of a batch, F dense inputs, D = 256 output dimension.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torchrec import EmbeddingBagCollection, EmbeddingBagConfig, KeyedJaggedTensor, PoolingType

from torchrec_models.features.encoders import EmbeddingFeature

HISTORY = "history.item"


class TowerMlp(nn.Module):
    """y = normalise(Linear(x) + MLP(x)).

    The linear path lets ids speak from the first step; the MLP adds their interactions.

    Shapes: (B, F) -> (B, D)
    """

    def __init__(self, inputs: int, hidden: Sequence[int], dimension: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, dimension)
        layers: list[nn.Module] = []
        width = inputs
        for size in hidden:
            layers += [nn.Linear(width, size), nn.ReLU()]
            width = size
        self.mlp = nn.Sequential(*layers, nn.Linear(width, dimension))

    def forward(self, features: Tensor) -> Tensor:
        """Return unit vectors."""
        return nn.functional.normalize(self.linear(features) + self.mlp(features), dim=1)


class Tower(nn.Module):
    """One side of the two-tower model.

    Dense inputs are the pooled features in their order, then `extra` columns given by the caller.
    """

    def __init__(
        self,
        features: Sequence[EmbeddingFeature],
        *,
        hidden: Sequence[int],
        dimension: int,
        extra: int = 0,
    ) -> None:
        super().__init__()
        self.names = [feature.name for feature in features]
        self.embeddings = embedding_bags(features)
        inputs = sum(feature.dimension for feature in features) + extra
        self.dense = TowerMlp(inputs, hidden, dimension)

    def forward(self, bags: KeyedJaggedTensor, extra_BX: Tensor | None = None) -> Tensor:
        """Return unit vectors (B, D)."""
        return self.dense(self.dense_inputs(bags, extra_BX))  # type: ignore[no-any-return]

    def dense_inputs(self, bags: KeyedJaggedTensor, extra_BX: Tensor | None = None) -> Tensor:
        """Return the MLP's input (B, F): what the exported ONNX takes."""
        pooled = self.embeddings(bags)
        columns = [pooled[name] for name in self.names]
        return torch.cat(columns if extra_BX is None else [*columns, extra_BX], dim=1)


def embedding_bags(features: Sequence[EmbeddingFeature]) -> EmbeddingBagCollection:
    """Return one mean-pooled table a feature (the mean of a single id is itself)."""
    return EmbeddingBagCollection(
        tables=[
            EmbeddingBagConfig(
                name=feature.name.replace(".", "__"),
                embedding_dim=feature.dimension,
                num_embeddings=feature.rows,
                feature_names=[feature.name],
                pooling=PoolingType.MEAN,
            )
            for feature in features
        ]
    )


def table_of(collection: EmbeddingBagCollection, feature_name: str) -> Tensor:
    """Return the weight (rows, dimension) of a feature's table."""
    weight: Tensor = collection.embedding_bags[feature_name.replace(".", "__")].weight
    return weight
