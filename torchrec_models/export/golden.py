"""Golden vectors: inputs and outputs that serving recomputes before it trusts a version.

Shape legend: R rows, Q queries.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from torchrec_models.data.columns import Attribute
from torchrec_models.data.snapshot import Items
from torchrec_models.errors import ExportError
from torchrec_models.export.onnx_parts import TOLERANCE
from torchrec_models.export.raw_rows import raw_rows
from torchrec_models.features.bags import bags_of_padded, keyed_jagged, singles
from torchrec_models.features.entity_bags import encode_items
from torchrec_models.features.queries import Queries, build_queries
from torchrec_models.features.raw_columns import Rows, raw_numbers
from torchrec_models.features.row_encoding import ranker_row
from torchrec_models.ranker.inputs import InputEncoder
from torchrec_models.retrieval.content import content_tokens, content_vector
from torchrec_models.retrieval.towers import HISTORY
from torchrec_models.retrieval.two_tower import history_column, user_vectors
from torchrec_models.training import TrainedModel

_USERS = 6
_HISTORY_EVENTS = 40
_ITEMS = 6
_ROWS_PER_QUERY = 4
Tables = Callable[[str], npt.NDArray[np.float32]]


def golden(model: TrainedModel, manifest: dict[str, Any], tables: Tables) -> dict[str, Any]:
    """Return golden.json: a few users, items (also cold ones) and ranker rows with the results."""
    users = _sample_users(model)
    return {
        "tolerance": TOLERANCE,
        "users": [*(_user(model, int(u)) for u in users), _newcomer(model, int(users[0]))],
        "items": _items(model),
        "ranker": [_ranker(model, users[:3], manifest, tables)],
    }


def _sample_users(model: TrainedModel) -> npt.NDArray[np.int64]:
    lengths = model.world.histories.lengths
    ranked = np.argsort(lengths, kind="stable")
    places = np.linspace(0, len(ranked) - 1, min(_USERS, len(ranked))).astype(int)
    return np.unique(ranked[places])[::-1]


def _user(model: TrainedModel, user: int) -> dict[str, Any]:
    return _user_case(model, user, model.snapshot.users.ids[user])


def _newcomer(model: TrainedModel, like: int) -> dict[str, Any]:
    return _user_case(model, like, "golden:unknown-user")


def _user_case(model: TrainedModel, user: int, user_id: str) -> dict[str, Any]:
    """A user with a short history; an unknown id has no attributes and user row 0."""
    histories = model.world.histories
    start, end = int(histories.start_U[user]), int(histories.start_U[user + 1])
    start = max(start, end - _HISTORY_EVENTS)
    items = histories.item_P[start:end]
    length = model.recipe.two_tower.history_length
    unique = list(dict.fromkeys(items[::-1].tolist()))[:length]
    recent = np.full((1, length), -1, dtype=np.int32)
    recent[0, : len(unique)] = unique
    known = user_id == model.snapshot.users.ids[user]
    users = model.snapshot.users
    towers = model.retrieval.two_tower
    if known:
        vector = user_vectors(towers, np.array([user]), recent)[0]
    else:
        vector = _unknown_user_vector(model, recent)
    return {
        "user_id": user_id,
        "history": [model.snapshot.items.ids[item] for item in items.tolist()],
        "history_times_ms": histories.time_P[start:end].tolist(),
        "attributes": _attributes(users.attributes, user) if known else {},
        "embedding": vector.tolist(),
    }


def _unknown_user_vector(
    model: TrainedModel, recent: npt.NDArray[np.int32]
) -> npt.NDArray[np.float32]:
    bags = {feature.name: singles(np.zeros(1, dtype=np.int64)) for feature in model.towers.user}
    bags[HISTORY] = bags_of_padded(np.where(recent >= 0, recent + 1, -1))
    with torch.no_grad():
        tower = model.retrieval.two_tower.user_tower
        vector = tower(keyed_jagged(bags), history_column(recent))
    return np.asarray(vector.numpy()[0], dtype=np.float32)


def _attributes(attributes: dict[str, Attribute], row: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, attribute in attributes.items():
        if attribute.number_N is not None:
            number = float(attribute.number_N[row])
            values[name] = None if np.isnan(number) else number
        elif attribute.strings is not None:
            row_values = list(attribute.strings[row])
            is_list = attribute.kind == "strings"
            values[name] = row_values if is_list else (row_values[0] if row_values else None)
    return values


def _items(model: TrainedModel) -> list[dict[str, Any]]:
    items = model.snapshot.items
    places = np.unique(np.linspace(0, len(items.ids) - 1, _ITEMS).astype(int))
    known = [_item_case(model, items, int(p), items.ids[int(p)], int(p)) for p in places]
    cold = _item_case(model, items, int(places[0]), "golden:cold-item", None)
    empty = _empty_item(items)
    return [*known, cold, _item_case(model, empty, 0, "golden:empty-item", None)]


def _empty_item(items: Items) -> Items:
    nothing = {
        name: Attribute(a.kind, [()], None)
        if a.strings is not None
        else Attribute(a.kind, None, np.array([np.nan]))
        for name, a in items.attributes.items()
    }
    return Items(["golden:empty-item"], [""], np.array([np.nan]), nothing)


def _item_case(
    model: TrainedModel, items: Items, row: int, item_id: str, model_item: int | None
) -> dict[str, Any]:
    content = model.retrieval.content
    bags = encode_items(_one(items, row), model.towers.item)
    bags["item.id"] = singles(np.array([0 if model_item is None else model_item + 1]))
    with torch.no_grad():
        vector = model.retrieval.two_tower.item_tower(keyed_jagged(bags)).numpy()[0]
    attributes = items.attributes
    texts = [(attributes[name].strings or [()])[row] for name in content.text_attributes]
    tokens = content_tokens(
        items.titles[row],
        [text[0] for text in texts if text],
        {name: (attributes[name].strings or [()])[row] for name in content.value_attributes},
    )
    return {
        "item_id": item_id,
        "title": items.titles[row],
        "attributes": _attributes(attributes, row),
        "embedding": vector.tolist(),
        "content": content_vector(content.table_BD, tokens, content.buckets).tolist(),
    }


def _one(items: Items, row: int) -> Items:
    return Items(
        [items.ids[row]],
        [items.titles[row]],
        items.create_time_ms[row : row + 1],
        {
            name: Attribute(
                a.kind,
                [a.strings[row]] if a.strings is not None else None,
                a.number_N[row : row + 1] if a.number_N is not None else None,
            )
            for name, a in items.attributes.items()
        },
    )


def _ranker(
    model: TrainedModel,
    users: npt.NDArray[np.int64],
    manifest: dict[str, Any],
    tables: Tables,
) -> dict[str, Any]:
    """Rows of real candidates, one of missing values and one of values never seen."""
    queries, rows = _queries_and_rows(model, users)
    numbers = raw_numbers(model.world, queries, rows)
    raw = raw_rows(model, queries, rows, numbers)
    _append_edge_rows(raw)
    ranker = manifest["ranker"]
    row_ids = {
        "items": {name: row for row, name in enumerate(model.snapshot.items.ids)},
        "users": {name: row for row, name in enumerate(model.snapshot.users.ids)},
    }
    count = len(next(iter(raw.values())))
    encoded = [
        ranker_row(ranker, {name: values[row] for name, values in raw.items()}, tables, row_ids)
        for row in range(count)
    ]
    features = np.stack([row[0] for row in encoded])
    wide = np.stack([row[1] for row in encoded])
    _check_bulk(model, queries, rows, numbers, features)
    with torch.no_grad():
        probabilities = model.ranker.model.dense(
            torch.from_numpy(features), torch.from_numpy(wide)
        ).numpy()
    return {
        "raw": raw,
        "features": features.tolist(),
        "wide": wide.tolist(),
        "probabilities": probabilities.tolist(),
    }


def _queries_and_rows(model: TrainedModel, users: npt.NDArray[np.int64]) -> tuple[Queries, Rows]:
    time = np.full(len(users), model.snapshot.data_time_ms + 1, dtype=np.int64)
    context = {
        name: type(column)(
            np.arange(len(users), dtype=np.int32) % max(1, len(column.values)), column.values
        )
        for name, column in model.snapshot.events.context.items()
        if column.values
    }
    queries = build_queries(model.world.histories, users, time, history_length=200, context=context)
    scores = model.world.models.encode_users(queries) @ model.retrieval.item_vector_MD.T
    best = np.argsort(-scores, axis=1)[:, : _ROWS_PER_QUERY - 1]
    last = np.maximum(queries.recent_QN[:, :1], 0)
    item_R = np.concatenate([best, last], axis=1).ravel().astype(np.int32)
    query_R = np.repeat(np.arange(len(users)), best.shape[1] + 1)
    return queries, Rows(query_R, item_R)


def _append_edge_rows(raw: dict[str, list[Any]]) -> None:
    for values in raw.values():
        sample = next((v for v in values if v is not None), None)
        values.append(None)
        if isinstance(sample, list):
            values.append(["never seen", "\u00fcn\u00efc\u00f6de"])
        else:
            values.append("never seen" if isinstance(sample, str) else 1e9)


def _check_bulk(
    model: TrainedModel,
    queries: Queries,
    rows: Rows,
    numbers: dict[str, npt.NDArray[np.float64]],
    features: npt.NDArray[np.float32],
) -> None:
    """Compare the vectorised encoding that training used with the row-wise reference."""
    encoder = InputEncoder(model.ranker.plan, model.snapshot, model.world.values)
    inputs = encoder.encode(queries, rows, numbers)
    with torch.no_grad():
        bulk, _ = model.ranker.model.inputs(*inputs.batch(np.arange(len(inputs))))
    worst = float(np.abs(bulk.numpy() - features[: len(inputs)]).max(initial=0.0))
    if worst > TOLERANCE:
        raise ExportError(f"golden.json: the two feature encodings differ by {worst:.2e}")
