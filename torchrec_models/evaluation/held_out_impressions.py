"""How well a version's ranker orders impressions that it has not seen.

Shape legend: I impressions, H heads.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from torchrec_models.data.labels import join_labels
from torchrec_models.data.snapshot import Events, Snapshot, read_later_events
from torchrec_models.evaluation.classification_metrics import auc, calibration, gauc, log_loss
from torchrec_models.evaluation.loaded_version import load_version
from torchrec_models.evaluation.offline_slate import OfflineServer, offline_server
from torchrec_models.features.queries import clock_context
from torchrec_models.features.raw_columns import Rows, raw_numbers

_CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class HeadMetrics:
    """One head on all impressions."""

    head: str
    positives: int
    auc: float
    gauc: float
    log_loss: float
    calibration: float


@dataclass(frozen=True, slots=True)
class ImpressionMetrics:
    """What was measured; impressions of unknown users or items are left out and counted."""

    impressions: int
    left_out: int
    heads: list[HeadMetrics]


def measure_impressions(version: Path, snapshot: Snapshot, held_out: Path) -> ImpressionMetrics:
    """Measure a version on later impressions, with all counters frozen at the snapshot's end.

    Args:
        held_out: Parquet file with the columns of a snapshot's events.

    Raises:
        SnapshotError: a file is missing or malformed, or has no impressions.
    """
    events, left_out = read_later_events(held_out, snapshot)
    loaded = load_version(version, snapshot)
    heads = list(loaded.plan.heads)
    rows_I = np.flatnonzero(events.is_type("impression"))
    label_IH = join_labels(events, rows_I, heads)
    shown = events.take(rows_I)
    probability_IH = _probabilities(offline_server(loaded, snapshot), shown)
    return ImpressionMetrics(
        impressions=len(shown),
        left_out=left_out,
        heads=[
            HeadMetrics(
                head=head,
                positives=int(label_IH[:, at].sum()),
                auc=auc(label_IH[:, at], probability_IH[:, at]),
                gauc=gauc(label_IH[:, at], probability_IH[:, at], shown.user_E),
                log_loss=log_loss(label_IH[:, at], probability_IH[:, at]),
                calibration=calibration(label_IH[:, at], probability_IH[:, at]),
            )
            for at, head in enumerate(heads)
        ],
    )


def _probabilities(server: OfflineServer, shown: Events) -> npt.NDArray[np.float32]:
    parts = []
    for begin in range(0, len(shown), _CHUNK):
        some = shown.take(np.arange(begin, min(begin + _CHUNK, len(shown))))
        queries = server.queries(some.user_E.astype(np.int64))
        # The place and the hour are the impression's own; everything counted is the past's.
        queries.context.update({**some.context, **clock_context(some.time_E)})
        rows = Rows(np.arange(len(some)), some.item_E)
        numbers = raw_numbers(server.world, queries, rows)
        inputs = server.encoder.encode(queries, rows, numbers)
        parts.append(server.version.probabilities(inputs))
    return np.concatenate(parts)
