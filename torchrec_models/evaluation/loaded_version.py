"""Opens a version folder with numpy and ONNX Runtime alone, as serving does.

Shape legend: Q queries, R rows, F dense features, H heads, M items.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import scipy.sparse as sp

from torchrec_models.data.snapshot import Snapshot, Users
from torchrec_models.errors import SnapshotError
from torchrec_models.export.onnx_parts import session_of
from torchrec_models.features.bags import Bags, bags_of_padded
from torchrec_models.features.candidate_models import CandidateModels
from torchrec_models.features.crosses import Cross
from torchrec_models.features.encoders import EmbeddingFeature, encoder_from_json
from torchrec_models.features.entity_bags import encode_users
from torchrec_models.features.numeric import NumericFeature
from torchrec_models.features.queries import Queries
from torchrec_models.ranker.inputs import RankerInputs
from torchrec_models.ranker.plan import RankerPlan
from torchrec_models.retrieval.co_engagement import CoEngagement
from torchrec_models.retrieval.two_tower import COUNT_SCALE

_CHUNK = 8192
FloatMatrix = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LoadedVersion:
    """A version's arrays, sessions and feature plan."""

    manifest: dict[str, Any]
    candidates: CandidateModels
    plan: RankerPlan
    tables: dict[str, FloatMatrix]
    wide_tables: list[FloatMatrix]
    ranker: ort.InferenceSession

    def probabilities(self, inputs: RankerInputs) -> FloatMatrix:
        """Return the ranker's probabilities (R, H)."""
        parts = []
        for begin in range(0, len(inputs), _CHUNK):
            rows = np.arange(begin, min(begin + _CHUNK, len(inputs)))
            dense = [
                pooled(self.tables[name], bags.take(entity_R[rows]))
                for name, (bags, entity_R) in inputs.bags.items()
            ]
            features = np.concatenate([*dense, inputs.numeric_RV[rows]], axis=1)
            wide = np.sum(
                [
                    table[inputs.cross_RX[rows, place]]
                    for place, table in enumerate(self.wide_tables)
                ],
                axis=0,
                dtype=np.float32,
            )
            parts.append(self.ranker.run(None, {"features": features, "wide": wide})[0])
        return np.concatenate(parts)

    def objective(self, probability_RH: FloatMatrix) -> npt.NDArray[np.float64]:
        """Return the objective's score (R,)."""
        weights = self.manifest["objective"]["weights"]
        score: npt.NDArray[np.float64] = probability_RH @ np.array(
            [weights[head] for head in self.plan.heads]
        )
        return score


def load_version(folder: Path, snapshot: Snapshot) -> LoadedVersion:
    """Open a version for a snapshot of the same items and users.

    Raises:
        SnapshotError: The snapshot's items or users are in another order than the model's.
    """
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for key, ids in (("items", snapshot.items.ids), ("users", snapshot.users.ids)):
        if (folder / manifest[key]).read_text("utf-8").split("\n")[:-1] != ids:
            raise SnapshotError(f"{manifest[key]}: not the snapshot's {key}; use its own snapshot")
    ranker = manifest["ranker"]
    sizes = {"item_count": len(snapshot.items.ids), "user_count": len(snapshot.users.ids)}
    plan = RankerPlan(
        heads=ranker["heads"],
        embeddings=[_feature(f, sizes) for f in ranker["embeddings"]],
        numeric=[NumericFeature(**f) for f in ranker["numeric"]],
        crosses=[_cross(c) for c in ranker["crosses"]],
    )
    return LoadedVersion(
        manifest=manifest,
        candidates=_candidate_models(folder, manifest, snapshot.users, sizes),
        plan=plan,
        tables={f["name"]: np.load(folder / f["table"]) for f in ranker["embeddings"]},
        wide_tables=[np.load(folder / c["table"]) for c in ranker["crosses"]],
        ranker=session_of(str(folder / ranker["onnx"])),
    )


def pooled(table: FloatMatrix, bags: Bags) -> FloatMatrix:
    """Return the mean of each bag's rows."""
    total = np.add.reduceat(table[bags.id_V], bags.start_N[:-1], axis=0)
    mean: FloatMatrix = (total / bags.lengths[:, None]).astype(np.float32)
    return mean


def _feature(data: dict[str, Any], sizes: dict[str, int]) -> EmbeddingFeature:
    encoder = encoder_from_json(data["encoder"], **sizes)
    return EmbeddingFeature(data["name"], data["raw"], encoder, data["pooling"], data["dimension"])


def _cross(data: dict[str, Any]) -> Cross:
    left, right = data.get("left_borders"), data.get("right_borders")
    return Cross(
        name=data["name"],
        left=data["left"],
        right=data["right"],
        buckets=data["buckets"],
        seed=data["seed"],
        left_borders=None if left is None else tuple(left),
        right_borders=None if right is None else tuple(right),
    )


def _candidate_models(
    folder: Path, manifest: dict[str, Any], users: Users, sizes: dict[str, int]
) -> CandidateModels:
    retrieval, co = manifest["retrieval"], manifest["co_engagement"]
    features = [_feature(f, sizes) for f in retrieval["user_features"]]
    tables = [np.load(folder / f["table"]) for f in retrieval["user_features"]]
    history_table = np.load(folder / retrieval["history_table"])
    bags = encode_users(users, features)
    tower = session_of(str(folder / retrieval["user_tower"]))
    length = retrieval["history_length"]

    def encode(queries: Queries) -> FloatMatrix:
        recent = queries.recent_QN[:, :length]
        columns = [
            pooled(table, bags[feature.name].take(queries.user_Q))
            for feature, table in zip(features, tables, strict=True)
        ]
        columns.append(pooled(history_table, bags_of_padded(np.where(recent >= 0, recent + 1, -1))))
        count = (recent >= 0).sum(axis=1, keepdims=True)
        columns.append((np.log1p(count) / COUNT_SCALE).astype(np.float32))
        vectors: FloatMatrix = tower.run(None, {"features": np.concatenate(columns, axis=1)})[0]
        return vectors

    weights: sp.csr_matrix = CoEngagement(
        np.load(folder / co["neighbors"]), np.load(folder / co["weights"]), co["history_length"]
    ).matrix()
    return CandidateModels(
        item_vector_MD=np.load(folder / retrieval["item_vectors"]),
        content_MC=np.load(folder / manifest["content"]["item_vectors"]),
        co_weight_MM=weights,
        co_history_length=co["history_length"],
        popularity_M=np.load(folder / manifest["popularity"]),
        encode_users=encode,
    )
