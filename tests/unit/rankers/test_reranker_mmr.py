"""MMR: by hand, against its definition, and its invariants."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.rankers.reranker_mmr import mmr_order
from server.rankers.similarity import (
    LargerOf,
    SharedValue,
    VectorSimilarity,
    attribute_values,
)
from tests.unit.small_world import items_of


def unit(vectors):
    vectors = np.array(vectors, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_copy_of_the_best_item_waits():
    scores = np.array([1.0, 0.9, 0.5], np.float32)
    vectors = VectorSimilarity(unit([[1, 0], [1, 0], [0, 1]]))
    assert mmr_order(scores, vectors, diversity=0.5, limit=3).tolist() == [0, 2, 1]
    assert mmr_order(scores, vectors, diversity=0.0, limit=3).tolist() == [0, 1, 2]


def test_full_diversity_still_begins_with_the_best():
    scores = np.array([0.1, 1.0, 0.2], np.float32)
    vectors = VectorSimilarity(unit([[1, 0], [1, 0.1], [0, 1]]))
    assert mmr_order(scores, vectors, diversity=1.0, limit=2).tolist() == [1, 2]


def test_sharing_a_value_makes_items_alike():
    values = attribute_values(items_of(3, genres=["a", "a", "b"]), np.arange(3), "genre")
    scores = np.array([1.0, 0.9, 0.5], np.float32)
    shared = SharedValue(values.has)
    assert mmr_order(scores, shared, diversity=0.5, limit=3).tolist() == [0, 2, 1]


def test_the_more_similar_view_counts():
    shared = SharedValue(np.array([[True], [True], [False]]))
    vectors = VectorSimilarity(unit([[1, 0], [0, 1], [1, 0]]))
    assert LargerOf(vectors, shared).to(np.array([0])).tolist() == [[1, 1, 1]]


def test_sets_of_strings_share_any_value():
    items = items_of(4, tags=[["x", "y"], ["y"], [], ["z"]])
    values = attribute_values(items, np.array([3, 1, 0, 2]), "tags")
    assert [values.text(column) for column in range(3)] == ["x", "y", "z"]
    assert values.has.tolist() == [
        [False, False, True],
        [False, True, False],
        [True, True, False],
        [False, False, False],
    ]
    assert SharedValue(values.has).to(np.array([1, 3])).tolist() == [[0, 1, 1, 0], [0, 0, 0, 0]]
    assert len(attribute_values(items, np.arange(4), "unknown").codes) == 0


def test_nothing_to_order_is_an_empty_order():
    vectors = VectorSimilarity(np.empty((0, 2), np.float32))
    assert mmr_order(np.empty(0, np.float32), vectors, diversity=0.5, limit=3).tolist() == []


def by_definition(scores, vectors, diversity, limit):
    relevance = (scores - scores.min()) / max(float(scores.max() - scores.min()), 1e-12)
    order = [int(scores.argmax())]
    while len(order) < min(limit, len(scores)):
        values = [
            -np.inf
            if at in order
            else (1 - diversity) * relevance[at]
            - diversity * max(0.0, *(float(vectors[at] @ vectors[c]) for c in order))
            for at in range(len(scores))
        ]
        order.append(int(np.argmax(values)))
    return order


@given(
    st.integers(1, 12),
    st.integers(1, 15),
    st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]),
    st.integers(0, 10_000),
)
@settings(max_examples=150, deadline=None)
def test_mmr_never_repeats_and_follows_its_definition(count, limit, diversity, seed):
    generator = np.random.default_rng(seed)
    scores = generator.random(count).astype(np.float32)
    vectors = unit(generator.normal(size=(count, 4)))
    order = mmr_order(scores, VectorSimilarity(vectors), diversity=diversity, limit=limit).tolist()
    assert len(order) == len(set(order)) == min(count, limit)
    assert order == by_definition(scores, vectors, diversity, limit)


def step_by_step(scores, alike, diversity, limit):
    """MMR as it is told: after each choice, compare the chosen one with all.

    Shapes: alike (N, N).
    """
    relevance = (scores - float(scores.min())) / max(float(np.ptp(scores)), 1e-12)
    left = ((1 - diversity) * relevance).astype(np.float32)
    closest = np.zeros(len(scores), np.float32)
    order = [int(scores.argmax())]
    while len(order) < min(limit, len(scores)):
        closest = np.maximum(closest, alike[order[-1]])
        left[order[-1]] = -np.inf
        order.append(int((left - np.float32(diversity) * closest).argmax()))
    return order


# Multiples of 1/4: products and sums of these are exact, so that ties are ties.
quarters = st.integers(-4, 4).map(lambda each: each / 4)


@st.composite
def mmr_cases(draw):
    count = draw(st.integers(1, 24))
    vectors = draw(st.lists(st.tuples(quarters, quarters), min_size=count, max_size=count))
    values = draw(st.lists(st.sets(st.integers(0, 3), max_size=2), min_size=count, max_size=count))
    scores = draw(st.lists(quarters, min_size=count, max_size=count))
    has = np.array([[each in row for each in range(4)] for row in values])
    kind = draw(st.sampled_from(["vectors", "shared", "larger"]))
    return np.array(scores, np.float32), np.array(vectors, np.float32), has, kind


@given(
    mmr_cases(),
    st.integers(1, 30),
    st.sampled_from([0.0, 0.2, 0.5, 0.75, 1.0]),
)
@settings(max_examples=300, deadline=None)
def test_rows_computed_ahead_change_nothing_even_in_ties(case, limit, diversity):
    scores, vectors, has, kind = case
    cosines = vectors @ vectors.T
    shared = np.array([[float(np.any(a & b)) for b in has] for a in has], np.float32)
    similarity, alike = {
        "vectors": (VectorSimilarity(vectors), cosines),
        "shared": (SharedValue(has), shared),
        "larger": (
            LargerOf(VectorSimilarity(vectors), SharedValue(has)),
            np.maximum(cosines, shared),
        ),
    }[kind]
    order = mmr_order(scores, similarity, diversity=diversity, limit=limit)
    assert order.tolist() == step_by_step(scores, alike, diversity, limit)


@pytest.mark.slow
def test_500_candidates_are_diversified_in_milliseconds():
    generator = np.random.default_rng(1)
    scores = generator.random(500).astype(np.float32)
    vectors = VectorSimilarity(unit(generator.normal(size=(500, 256))))
    times = []
    for _ in range(20):
        started = time.process_time()
        mmr_order(scores, vectors, diversity=0.3, limit=100)
        times.append(time.process_time() - started)
    assert np.median(times) < 0.02


def test_vectors_that_are_not_numbers_break_nothing():
    vectors = np.eye(8, dtype=np.float32)
    vectors[[2, 5]] = np.nan
    order = mmr_order(
        np.arange(8, dtype=np.float32), VectorSimilarity(vectors), diversity=0.5, limit=8
    )
    assert sorted(order.tolist()) == list(range(8))
