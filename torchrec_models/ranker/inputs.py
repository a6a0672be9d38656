"""Encodes rows for the ranker: gathered bags, normalised numbers and cross ids.

Shape legend: R rows, Q queries, V numeric features, X crosses, B rows of a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torchrec import KeyedJaggedTensor

from torchrec_models.data.columns import Attribute, Categories
from torchrec_models.data.snapshot import Items, Snapshot, Users
from torchrec_models.features.affinity import HISTORY_ITEMS, ItemValues, top_values
from torchrec_models.features.bags import Bags, keyed_jagged, singles
from torchrec_models.features.crosses import SideValues, cross_ids
from torchrec_models.features.encoders import (
    EmbeddingFeature,
    HashBuckets,
    Vocabulary,
    bucket_numbers,
    encode_strings,
)
from torchrec_models.features.entity_bags import encode_items, encode_users
from torchrec_models.features.numeric import normalise
from torchrec_models.features.queries import Queries
from torchrec_models.features.raw_columns import Rows
from torchrec_models.ranker.plan import RankerPlan

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RankerInputs:
    """Encoded rows; `bags` maps a feature to entity bags and each row's entity."""

    bags: dict[str, tuple[Bags, npt.NDArray[np.int64]]]
    numeric_RV: npt.NDArray[np.float32]
    cross_RX: npt.NDArray[np.int64]
    cross_names: list[str]

    def __len__(self) -> int:
        return len(self.numeric_RV)

    def batch(
        self,
        row_B: npt.NDArray[np.integer],
        *,
        unknown_dropout: float = 0.0,
        generator: np.random.Generator | None = None,
    ) -> tuple[KeyedJaggedTensor, Tensor, KeyedJaggedTensor]:
        """Gather a batch; with dropout, single ids become 0 so that the unknown row is trained."""
        bags = {name: bag.take(entity_R[row_B]) for name, (bag, entity_R) in self.bags.items()}
        if unknown_dropout > 0 and generator is not None:
            for name, bag in bags.items():
                if len(bag.id_V) == len(bag):
                    kept = generator.random(len(bag.id_V)) >= unknown_dropout
                    bags[name] = Bags(bag.start_N, bag.id_V * kept)
        crosses = {
            name: singles(self.cross_RX[row_B, place])
            for place, name in enumerate(self.cross_names)
        }
        return keyed_jagged(bags), torch.from_numpy(self.numeric_RV[row_B]), keyed_jagged(crosses)


def stacked_inputs(first: RankerInputs, second: RankerInputs) -> RankerInputs:
    """Append the rows of two inputs that one encoder encoded."""
    return RankerInputs(
        bags={
            name: (bags, np.concatenate([entity_R, second.bags[name][1]]))
            for name, (bags, entity_R) in first.bags.items()
        },
        numeric_RV=np.concatenate([first.numeric_RV, second.numeric_RV]),
        cross_RX=np.concatenate([first.cross_RX, second.cross_RX]),
        cross_names=first.cross_names,
    )


class InputEncoder:
    """Encodes rows of one catalogue by one plan; entities are encoded once."""

    def __init__(self, plan: RankerPlan, snapshot: Snapshot, values: dict[str, ItemValues]) -> None:
        self.plan = plan
        self.items: Items = snapshot.items
        self.users: Users = snapshot.users
        self.values = values
        self.item_bags = encode_items(snapshot.items, self._of("item."))
        self.user_bags = encode_users(snapshot.users, self._of("user."))

    def _of(self, prefix: str) -> list[EmbeddingFeature]:
        return [f for f in self.plan.embeddings if f.raw.startswith(prefix)]

    def encode(self, queries: Queries, rows: Rows, numbers: dict[str, FloatArray]) -> RankerInputs:
        """Encode rows whose raw numbers are given."""
        plan = self.plan
        return RankerInputs(
            bags={f.name: self._bags(f, queries, rows) for f in plan.embeddings},
            numeric_RV=np.stack([normalise(f, numbers[f.raw]) for f in plan.numeric], axis=1),
            cross_RX=np.stack(
                [
                    cross_ids(
                        cross,
                        self._side(cross.left, cross.left_borders, queries, rows, numbers),
                        self._side(cross.right, cross.right_borders, queries, rows, numbers),
                    )
                    for cross in plan.crosses
                ],
                axis=1,
            ),
            cross_names=[cross.name for cross in plan.crosses],
        )

    def _bags(
        self, feature: EmbeddingFeature, queries: Queries, rows: Rows
    ) -> tuple[Bags, npt.NDArray[np.int64]]:
        if feature.raw.startswith("item."):
            return self.item_bags[feature.name], rows.item_R.astype(np.int64)
        if feature.raw.startswith("user."):
            return self.user_bags[feature.name], queries.user_Q[rows.query_R]
        column = queries.context.get(
            feature.raw.removeprefix("context."),
            Categories(np.full(len(queries), -1, dtype=np.int32), []),
        )
        assert isinstance(feature.encoder, (Vocabulary, HashBuckets))
        of_value = encode_strings(feature.encoder, [(v,) for v in column.values], "single")
        # Entity 0 is the missing value, entity c + 1 the value of code c.
        ids = singles(np.concatenate([[0], of_value.id_V]))
        return ids, (column.code_E[rows.query_R] + 1).astype(np.int64)

    def _side(
        self,
        raw: str,
        borders: tuple[float, ...] | None,
        queries: Queries,
        rows: Rows,
        numbers: dict[str, FloatArray],
    ) -> SideValues:
        if raw == "item.id":
            return SideValues(rows.item_R.astype(np.int64), self.items.ids)
        if raw == "user.id":
            return SideValues(queries.user_Q[rows.query_R], self.users.ids)
        if raw in numbers:
            return _bucket_side(numbers[raw], borders or ())
        if raw.startswith("context."):
            column = queries.context.get(raw.removeprefix("context."))
            if column is None:
                return SideValues(np.full(len(rows), -1, dtype=np.int64), [])
            return SideValues(column.code_E[rows.query_R].astype(np.int64), column.values)
        if raw.startswith("user.top."):
            values = self.values[raw.removeprefix("user.top.")]
            top_Q = top_values(values, queries.recent_QN[:, :HISTORY_ITEMS])
            return SideValues(top_Q[rows.query_R], values.values)
        if raw.startswith("item."):
            attribute = self.items.attributes[raw.removeprefix("item.")]
            return _attribute_side(attribute, borders, rows.item_R.astype(np.int64))
        attribute = self.users.attributes[raw.removeprefix("user.")]
        return _attribute_side(attribute, borders, queries.user_Q[rows.query_R])


def _bucket_side(number_R: FloatArray, borders: tuple[float, ...]) -> SideValues:
    """Bucket 0 is missing; bucket b has code b - 1 and the value str(b)."""
    names = [str(bucket) for bucket in range(1, len(borders) + 2)]
    return SideValues(bucket_numbers(borders, number_R) - 1, names)


def _attribute_side(
    attribute: Attribute,
    borders: tuple[float, ...] | None,
    entity_R: npt.NDArray[np.int64],
) -> SideValues:
    if attribute.strings is None:
        assert attribute.number_N is not None
        return _bucket_side(attribute.number_N[entity_R], borders or ())
    values = list(dict.fromkeys(row[0] for row in attribute.strings if row))
    code_of = {value: code for code, value in enumerate(values)}
    code_N = np.array([code_of[row[0]] if row else -1 for row in attribute.strings], dtype=np.int64)
    return SideValues(code_N[entity_R], values)
