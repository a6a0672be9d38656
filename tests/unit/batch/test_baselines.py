"""Popularity and item-kNN on data small enough to work by hand, and against dense algebra."""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa
import pytest

from server.batch.evaluation import baselines
from server.batch.evaluation.baselines import Popularity, best_items, find_neighbours
from server.batch.evaluation.interactions import collect


def events(pairs, signals=None):
    users, items = zip(*pairs, strict=True)
    signal = pa.array(signals or [1] * len(pairs), pa.int8())
    return pa.table({"user_id": list(users), "item_id": list(items), "signal": signal})


PAIRS = [("u1", "a"), ("u1", "b"), ("u2", "a"), ("u2", "b"), ("u3", "a"), ("u3", "c")]


def test_interactions_are_distinct_and_positive():
    known = collect(
        events([*PAIRS, ("u1", "a"), ("u1", "c")], [1, 1, 1, 1, 1, 1, 1, -1]), ["d", "a"]
    )
    assert known.items == ["a", "b", "c", "d"]
    assert known.users == ["u1", "u2", "u3"]
    assert [known.of(user).tolist() for user in range(3)] == [[0, 1], [0, 1], [0, 2]]
    assert known.item_counts().tolist() == [3, 2, 1, 0]
    assert known.pair_users().tolist() == [0, 0, 1, 1, 2, 2]


def test_interactions_can_be_limited_to_some_users():
    known = collect(events(PAIRS), [], only_users=["u3"])
    assert (known.users, known.items) == (["u3"], ["a", "c"])


def test_no_events_give_no_interactions():
    known = collect(events([("u", "a")], [0]), ["a"])
    assert len(known) == 0
    assert known.item_counts().tolist() == [0]


def test_neighbours_are_similar_by_cosine():
    known = collect(events(PAIRS), [])
    knn = find_neighbours(known, k=2).by_history()
    # cos(a, b) = 2 / sqrt(3 * 2), cos(a, c) = 1 / sqrt(3), cos(b, c) = 0.
    scores = knn.score(np.array([0], np.int32))
    assert scores.tolist() == pytest.approx([0, 2 / math.sqrt(6), 1 / math.sqrt(3)])
    assert knn.score(np.empty(0, np.int32)).tolist() == [0, 0, 0]


def test_votes_of_the_history_and_counts_of_candidates_differ():
    # With one neighbour each, a's is b; both b and c have a.
    neighbours = find_neighbours(collect(events(PAIRS), []), k=1)
    history = np.array([0], np.int32)
    assert np.flatnonzero(neighbours.by_history().score(history)).tolist() == [1]
    assert np.flatnonzero(neighbours.by_candidate().score(history)).tolist() == [1, 2]


def test_blocks_give_the_same_as_dense_algebra(monkeypatch):
    rng = np.random.default_rng(0)
    pairs = [(f"u{user}", f"i{item:02d}") for user, item in np.argwhere(rng.random((40, 30)) < 0.2)]
    known = collect(events(pairs), [])
    monkeypatch.setattr(baselines, "_BLOCK_VALUES", 7 * len(known.items))
    neighbours = find_neighbours(known, k=len(known.items) - 1)
    x = np.zeros((len(known.users), len(known.items)))
    x[known.pair_users(), known.item_P] = 1
    norm = np.sqrt(x.sum(axis=0))
    cosine = x.T @ x / norm[:, None] / norm
    np.fill_diagonal(cosine, 0)
    for user in range(5):
        history = known.of(user)
        expected = cosine[history].sum(axis=0)
        assert neighbours.by_history().score(history) == pytest.approx(expected, abs=1e-6)
        assert neighbours.by_candidate().score(history) == pytest.approx(expected, abs=1e-6)


def test_the_best_items_leave_out_masked_ones_and_break_ties_by_item():
    scores = np.array([1.0, 3.0, 2.0, 2.0, 2.0])
    assert best_items(scores, np.array([1], np.int32), 2).tolist() == [2, 3]
    assert best_items(scores, np.array([], np.int32), 9).tolist() == [1, 2, 3, 4, 0]
    assert best_items(scores, np.arange(5, dtype=np.int32), 2).tolist() == []


def test_popularity_scores_everyone_alike():
    popularity = Popularity(np.array([3, 1]))
    assert popularity.score(np.array([0], np.int32)).tolist() == [3.0, 1.0]
