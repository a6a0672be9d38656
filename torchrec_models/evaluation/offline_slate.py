"""What a surface would show: candidates, pre-ranker, ranker, objective, top k, without a server.

Shape legend: Q queries, R rows, K places of the slate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from torchrec_models.data.histories import build_histories
from torchrec_models.data.snapshot import Snapshot
from torchrec_models.evaluation.loaded_version import LoadedVersion
from torchrec_models.features.affinity import item_values
from torchrec_models.features.counts import build_counters
from torchrec_models.features.queries import Queries, build_queries
from torchrec_models.features.raw_columns import World, raw_numbers
from torchrec_models.ranker.candidates import merged_candidates, pre_ranked
from torchrec_models.ranker.inputs import InputEncoder
from torchrec_models.ranker.pre_ranker import NAMES, PreRanker
from torchrec_models.recipe import CandidatesRecipe

_HISTORY = 200
_CHUNK = 256


@dataclass(frozen=True, slots=True)
class OfflineServer:
    """A loaded version beside the snapshot whose events it may look at."""

    version: LoadedVersion
    snapshot: Snapshot
    world: World
    encoder: InputEncoder
    pre_ranker: PreRanker
    sizes: CandidatesRecipe

    def queries(self, user_Q: npt.NDArray[np.int64], time_ms: int | None = None) -> Queries:
        """Return queries of users just after the snapshot's last event."""
        now = self.snapshot.data_time_ms + 1 if time_ms is None else time_ms
        length = max(_HISTORY, self.version.manifest["retrieval"]["history_length"])
        times = np.full(len(user_Q), now, dtype=np.int64)
        return build_queries(self.world.histories, user_Q, times, history_length=length)

    def slates(
        self,
        user_Q: npt.NDArray[np.int64],
        masked: list[npt.NDArray[np.int32]],
        k: int = 20,
    ) -> npt.NDArray[np.int64]:
        """Return the top k items (Q, K) of every user, -1 past the end."""
        parts = [
            self._chunk(user_Q[b : b + _CHUNK], masked[b : b + _CHUNK], k)
            for b in range(0, len(user_Q), _CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, k), dtype=np.int64)

    def _chunk(
        self, user_Q: npt.NDArray[np.int64], masked: list[npt.NDArray[np.int32]], k: int
    ) -> npt.NDArray[np.int64]:
        queries = self.queries(user_Q)
        merged = merged_candidates(self.world, queries, masked, self.sizes)
        shortlist = pre_ranked(merged, self.pre_ranker, self.sizes.pre_ranked)
        rows = shortlist.rows
        numbers = raw_numbers(self.world, queries, rows, co_most_Q=shortlist.co_most_Q)
        inputs = self.encoder.encode(queries, rows, numbers)
        score_R = self.version.objective(self.version.probabilities(inputs))
        return best_rows(rows.query_R, rows.item_R, score_R, len(queries), k)


def best_rows(
    query_R: npt.NDArray[np.int64],
    item_R: npt.NDArray[np.int32],
    score_R: npt.NDArray[np.floating],
    query_count: int,
    k: int,
) -> npt.NDArray[np.int64]:
    """Return each query's k best items (Q, K), ties to the lower item, -1 past the end."""
    order = np.lexsort((item_R, -score_R, query_R))
    start = np.searchsorted(query_R[order], query_R[order])
    rank = np.arange(len(order)) - start
    kept = order[rank < k]
    slate_QK = np.full((query_count, k), -1, dtype=np.int64)
    slate_QK[query_R[kept], rank[rank < k]] = item_R[kept]
    return slate_QK


def offline_server(version: LoadedVersion, snapshot: Snapshot) -> OfflineServer:
    """Assemble histories, counters and encoders of a snapshot around a loaded version."""
    manifest = version.manifest
    events, ranker = snapshot.events, manifest["ranker"]
    values = {
        name: item_values(attribute.strings)
        for name, attribute in snapshot.items.attributes.items()
        if attribute.kind in ("string", "strings") and attribute.strings is not None
    }
    world = World(
        items=snapshot.items,
        histories=build_histories(events, len(snapshot.users.ids)),
        counters=build_counters(
            events,
            list(ranker["priors"]),
            item_count=len(snapshot.items.ids),
            user_count=len(snapshot.users.ids),
            priors=ranker["priors"],
        ),
        models=version.candidates,
        values=values,
    )
    weights = manifest["pre_ranker"]["weights"]
    return OfflineServer(
        version=version,
        snapshot=snapshot,
        world=world,
        encoder=InputEncoder(version.plan, snapshot, values),
        pre_ranker=PreRanker({name: float(weights.get(name, 0.0)) for name in NAMES}),
        sizes=CandidatesRecipe(**manifest["recipe"]["candidates"]),
    )
