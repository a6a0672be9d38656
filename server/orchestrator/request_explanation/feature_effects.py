"""How much each feature moves an item's score: the ranker is asked again without it.

"Without" means average: the ranker's input is normalised, so that 0 is a feature's mean. What
features do together is not divided between them, and crosses of features are left as they are.

Shape letters: n items, G features, F columns of the ranker's input.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from server.core.batch import CandidateBatch, Rows
from server.core.context import RequestContext
from server.core.stages import Predictor, Scorer
from server.orchestrator.page import FEATURES
from server.orchestrator.request_explanation.explanation import FeatureEffect
from server.rankers.objective import PROBABILITY

MOST_EFFECTS = 10
# The ranker sees about so many rows at a time, not more than a request brings.
_MOST_ROWS = 500


async def feature_effects(
    context: RequestContext,
    batch: CandidateBatch,
    rows: Rows,
    *,
    names: Sequence[str],
    predictor: Predictor,
    objective: Scorer,
) -> dict[int, tuple[FeatureEffect, ...]]:
    """Return the strongest effects of each row that is in the batch, strongest first.

    Args:
        batch: the shortlist with the column `features` (N, F). names: of the F columns.
    """
    features = batch.columns.get(FEATURES)
    if features is None or features.shape[1] != len(names):
        return {}
    groups = column_groups(names)
    effects = {}
    wanted = np.flatnonzero(np.isin(batch.items, rows))
    step = max(1, _MOST_ROWS // (len(groups) + 1))
    for start in range(0, len(wanted), step):
        at = wanted[start : start + step]
        scores_nG = await _scores_without(context, batch.take(at), groups, predictor, objective)
        moved = scores_nG[:, :1] - scores_nG[:, 1:]
        for row, of_row in zip(batch.items[at].tolist(), moved, strict=True):
            best = np.argsort(-np.abs(of_row), kind="stable")[:MOST_EFFECTS]
            effects[row] = tuple(
                FeatureEffect(groups[each][0], float(of_row[each]))
                for each in best.tolist()
                if of_row[each] != 0
            )
    return effects


def column_groups(names: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Return the columns by feature: the dimensions `x.0`, `x.1` ... of an embedding are one."""
    groups: list[tuple[str, list[int]]] = []
    for column, name in enumerate(names):
        stem, _, index = name.rpartition(".")
        if stem and index.isdecimal():
            if index == "0":
                groups.append((stem, [column]))
                continue
            if groups and groups[-1][0] == stem and len(groups[-1][1]) == int(index):
                groups[-1][1].append(column)
                continue
        groups.append((name, [column]))
    return groups


async def _scores_without(
    context: RequestContext,
    items: CandidateBatch,
    groups: Sequence[tuple[str, list[int]]],
    predictor: Predictor,
    objective: Scorer,
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return (n, 1 + G) scores: as they are, then without each feature."""
    each = 1 + len(groups)
    many = items.take(np.repeat(np.arange(len(items)), each))
    features = many.columns[FEATURES].copy()
    for number, (_, columns) in enumerate(groups, 1):
        features[number::each, columns] = 0
    many = many.with_columns({FEATURES: features})
    heads = await predictor.predict(context, many)
    many = many.with_columns({PROBABILITY + head: column for head, column in heads.items()})
    return objective.score(context, many).reshape(len(items), each)
