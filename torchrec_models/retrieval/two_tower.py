"""The two-tower model: who a user is and what they engaged with, against what an item is.

Shape legend: B users of a batch, H history items, C items of a batch, M all items,
D output dimension.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from torchrec_models.data.snapshot import Items, Users
from torchrec_models.features.bags import Bags, bags_of_padded, keyed_jagged, singles
from torchrec_models.features.encoders import EmbeddingFeature, EntityRows
from torchrec_models.features.entity_bags import encode_items, encode_users
from torchrec_models.features.schema import FeatureSizes, item_features, user_features
from torchrec_models.recipe import TwoTowerRecipe
from torchrec_models.retrieval.towers import HISTORY, Tower, table_of

_CHUNK = 8192
# Keeps the history count in the range of the other inputs.
COUNT_SCALE = 5.0


@dataclass(frozen=True, slots=True)
class TowerFeatures:
    """The features of both towers and their encoded values for every user and item."""

    user: list[EmbeddingFeature]
    item: list[EmbeddingFeature]
    user_bags: dict[str, Bags]
    item_bags: dict[str, Bags]


def tower_features(items: Items, users: Users, recipe: TwoTowerRecipe) -> TowerFeatures:
    """Choose and encode the features of both towers."""
    sizes = FeatureSizes(recipe.id_dimension, recipe.attribute_dimension, recipe.title_buckets)
    user, item = user_features(users, sizes), item_features(items, sizes)
    return TowerFeatures(user, item, encode_users(users, user), encode_items(items, item))


class TwoTower(nn.Module):
    """Both towers over shared temperature; scores are dot products of unit vectors."""

    def __init__(self, features: TowerFeatures, recipe: TwoTowerRecipe, item_count: int) -> None:
        super().__init__()
        history = EmbeddingFeature(
            HISTORY, HISTORY, EntityRows("items", item_count), "mean", recipe.id_dimension
        )
        self.features = features
        self.recipe = recipe
        self.item_count = item_count
        self.user_tower = Tower(
            [*features.user, history],
            hidden=recipe.hidden,
            dimension=recipe.dimension,
            extra=1,
        )
        self.item_tower = Tower(features.item, hidden=recipe.hidden, dimension=recipe.dimension)

    def encode_users(
        self,
        user_B: npt.NDArray[np.integer],
        history_BH: npt.NDArray[np.integer],
        drop_id_B: npt.NDArray[np.bool_] | None = None,
    ) -> Tensor:
        """Return user vectors (B, D); user -1 is unknown, history is padded with -1."""
        bags, extra_B1 = user_inputs(self.features, user_B, history_BH, drop_id_B)
        return self.user_tower(keyed_jagged(bags), extra_B1)  # type: ignore[no-any-return]

    def encode_items(
        self,
        item_C: npt.NDArray[np.integer],
        drop_id_C: npt.NDArray[np.bool_] | None = None,
    ) -> Tensor:
        """Return item vectors (C, D); with a dropped id the vector is content alone."""
        bags = {name: bag.take(item_C) for name, bag in self.features.item_bags.items()}
        if drop_id_C is not None:
            bags["item.id"] = singles(np.where(drop_id_C, 0, bags["item.id"].id_V))
        return self.item_tower(keyed_jagged(bags))  # type: ignore[no-any-return]

    @property
    def history_table(self) -> Tensor:
        """The table (M + 1, d) that is averaged over a user's history."""
        return table_of(self.user_tower.embeddings, HISTORY)


def user_inputs(
    features: TowerFeatures,
    user_B: npt.NDArray[np.integer],
    history_BH: npt.NDArray[np.integer],
    drop_id_B: npt.NDArray[np.bool_] | None = None,
) -> tuple[dict[str, Bags], Tensor]:
    """Return the user tower's bags and its extra column log1p(history items) / 5."""
    bags = {name: bag.take(user_B) for name, bag in features.user_bags.items()}
    if drop_id_B is not None:
        bags["user.id"] = singles(np.where(drop_id_B, 0, bags["user.id"].id_V))
    bags[HISTORY] = bags_of_padded(np.where(history_BH >= 0, history_BH + 1, -1))
    return bags, history_column(history_BH)


def history_column(history_BH: npt.NDArray[np.integer]) -> Tensor:
    """Return log1p(number of history items) / 5 as (B, 1)."""
    count_B1 = (history_BH >= 0).sum(axis=1, keepdims=True)
    return torch.from_numpy((np.log1p(count_B1) / COUNT_SCALE).astype(np.float32))


@torch.no_grad()
def all_item_vectors(model: TwoTower) -> npt.NDArray[np.float32]:
    """Return the vectors (M, D) of all model items."""
    model.eval()
    rows = np.arange(model.item_count)
    parts = [model.encode_items(rows[i : i + _CHUNK]).numpy() for i in range(0, len(rows), _CHUNK)]
    return np.concatenate(parts)


@torch.no_grad()
def user_vectors(
    model: TwoTower,
    user_Q: npt.NDArray[np.integer],
    history_QH: npt.NDArray[np.integer],
) -> npt.NDArray[np.float32]:
    """Return user vectors (Q, D)."""
    model.eval()
    parts = [
        model.encode_users(user_Q[i : i + _CHUNK], history_QH[i : i + _CHUNK]).numpy()
        for i in range(0, len(user_Q), _CHUNK)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, model.recipe.dimension), np.float32)
