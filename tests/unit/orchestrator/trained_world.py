"""A world with a model that is small enough to check by eye: six items, two dimensions."""

from __future__ import annotations

import asyncio

import numpy as np

from server.candidates.co_engagement import CoEngagementTable
from server.core.subject import Subject
from server.orchestrator.query import RecommendQuery
from server.orchestrator.serving_state import ModelParts
from server.rankers.objective import Objective
from tests.unit.small_world import ExactIndex, RowVectors, World, history_of, items_of

QUERY = RecommendQuery(
    serving_config="home",
    request_id="r1",
    subject=Subject("u"),
    page_size=3,
    include_reasons=True,
)
VECTORS = np.array([[1, 0], [0.9, 0.436], [0.6, 0.8], [0, 1], [-1, 0], [0, -1]], np.float32)


class Encoder:
    """Knows the items' vectors; a subject is the mean of what it engaged with."""

    async def encode(self, subject_key, user, user_attributes):
        if len(user.history) == 0:
            return np.array([0, 1], np.float32)
        return VECTORS[user.history].mean(axis=0)

    def profile(self, items, rows):
        return None


class Features:
    name = "features"

    async def hydrate(self, context, batch):
        return {"features": np.stack([batch.items, batch.items * 10], axis=1).astype(np.float32)}

    def defaults(self, batch):
        return {"features": np.zeros((len(batch), 2), np.float32)}


class ByTowers:
    name = "by_towers"
    delay_s = 0.0

    async def predict(self, context, batch):
        await asyncio.sleep(self.delay_s)
        if context.user_vector is None:
            return {"click": np.full(len(batch), 0.5, np.float32)}
        return {"click": (VECTORS[batch.items] @ context.user_vector + 1) / 2}


def parts(**over):
    neighbors = np.array([[1], [0], [3], [2], [5], [4]], np.int32)
    fields = {
        "version": "v1",
        "item_index": ExactIndex(VECTORS),
        "user_encoder": Encoder(),
        "item_vectors": RowVectors(VECTORS),
        "co_engagement": CoEngagementTable.of(
            neighbors, np.ones((6, 1), np.float32), np.arange(6), 10
        ),
        "feature_hydrators": [Features()],
        "predictor": ByTowers(),
        "objective": Objective.of({"click": 1.0}),
        "pre_ranker_weights": {"two_tower": 1.0, "popularity": 0.1},
        "feature_names": ("row", "ten_rows"),
    }
    return ModelParts(**{**fields, **over})


def world_of(**over):
    items = items_of(6, genres=["a", "a", "b", "b", "c", "c"])
    world = World(items, **{"parts": parts(), **over})
    world.states_of_users.states["u"] = history_of([0])
    return world


def ids(page):
    return [item.item_id for item in page.items]
