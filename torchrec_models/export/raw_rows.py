"""Raw values of a few rows by raw name, as serving would assemble them.

Shape legend: Q queries, R rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from torchrec_models.data.snapshot import Items, Users
from torchrec_models.features.affinity import HISTORY_ITEMS, top_values
from torchrec_models.features.entity_bags import attribute_of
from torchrec_models.features.queries import Queries
from torchrec_models.features.raw_columns import Rows
from torchrec_models.training import TrainedModel


def raw_rows(
    model: TrainedModel,
    queries: Queries,
    rows: Rows,
    numbers: dict[str, npt.NDArray[np.float64]],
) -> dict[str, list[Any]]:
    """Return every raw value that the plan names: str, list of str, float or None a row."""
    plan = model.ranker.plan
    names = [f.raw for f in plan.embeddings] + [f.raw for f in plan.numeric]
    names += [side for cross in plan.crosses for side in (cross.left, cross.right)]
    return {name: _column(model, name, queries, rows, numbers) for name in dict.fromkeys(names)}


def _column(
    model: TrainedModel,
    raw: str,
    queries: Queries,
    rows: Rows,
    numbers: dict[str, npt.NDArray[np.float64]],
) -> list[Any]:
    if raw in numbers:
        return [None if np.isnan(value) else float(value) for value in numbers[raw]]
    user_R = queries.user_Q[rows.query_R]
    if raw.startswith("context."):
        column = queries.context.get(raw.removeprefix("context."))
        codes = [-1] * len(rows) if column is None else column.code_E[rows.query_R].tolist()
        return [column.values[code] if column and code >= 0 else None for code in codes]
    if raw.startswith("user.top."):
        values = model.world.values[raw.removeprefix("user.top.")]
        top_R = top_values(values, queries.recent_QN[:, :HISTORY_ITEMS])[rows.query_R]
        return [values.values[code] if code >= 0 else None for code in top_R.tolist()]
    if raw.startswith("item."):
        return _entity_values(model.snapshot.items, raw.removeprefix("item."), rows.item_R)
    return _entity_values(model.snapshot.users, raw.removeprefix("user."), user_R)


def _entity_values(
    entities: Items | Users, name: str, entity_R: npt.NDArray[np.integer]
) -> list[Any]:
    if name == "id":
        return [entities.ids[entity] for entity in entity_R.tolist()]
    attribute = attribute_of(name, entities)
    if attribute.number_N is not None:
        numbers = attribute.number_N[entity_R]
        return [None if np.isnan(value) else float(value) for value in numbers]
    assert attribute.strings is not None
    found = [attribute.strings[entity] for entity in entity_R.tolist()]
    if attribute.kind == "strings":
        return [list(values) for values in found]
    return [values[0] if values else None for values in found]
