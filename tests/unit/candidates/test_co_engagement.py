"""Co-engagement by catalogue row, worked by hand and against a dense reference."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.candidates.co_engagement import CoEngagementTable

# Three model items; item 0 is row 5, item 1 is row 2, item 2 is gone from the catalogue.
TABLE = CoEngagementTable.of(
    neighbors=np.array([[1, 2], [0, -1], [0, 1]], np.int32),
    weights=np.array([[0.5, 0.9], [0.25, 0.0], [1.0, 1.0]], np.float32),
    rows=np.array([5, 2, -1]),
    history_length=2,
)


def test_the_score_is_the_sum_of_the_weights_of_the_history():
    assert TABLE.scores_for(np.array([5, 2]), np.array([2, 5, 0])).tolist() == [0.5, 0.25, 0.0]


def test_only_the_latest_rows_of_the_history_count():
    assert TABLE.scores_for(np.array([7, 8, 5]), np.array([2])).tolist() == [0.0]


def test_items_that_are_gone_are_not_retrieved():
    found = TABLE.top(np.array([5, 2]), 10)
    assert found.rows.tolist() == [2, 5]
    assert found.scores.tolist() == [0.5, 0.25]


def test_only_allowed_rows_are_retrieved():
    allowed = np.array([True, True, False, True, True, True])
    assert TABLE.top(np.array([5, 2]), 10, allowed).rows.tolist() == [5]


def test_nothing_comes_from_an_empty_or_unknown_history():
    for history in ([], [99, -1]):
        assert len(TABLE.top(np.array(history, np.int64), 10).rows) == 0
        assert TABLE.scores_for(np.array(history, np.int64), np.array([2])).tolist() == [0.0]


def test_an_empty_table_knows_nothing():
    table = CoEngagementTable.of(
        np.empty((0, 2), np.int32), np.empty((0, 2), np.float32), np.empty(0, np.int64), 5
    )
    assert len(table.top(np.array([1]), 5).rows) == 0
    assert table.contributions(np.array([1]), np.array([2])).tolist() == [[0.0]]


def test_contributions_say_which_of_the_history_counted():
    added = TABLE.contributions(np.array([2, 5]), np.array([5, 9, 2]))
    assert added.tolist() == [[0.25, 0.0], [0.0, 0.0], [0.0, 0.5]]


@st.composite
def tables(draw):
    count, width = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    neighbors = np.full((count, width), -1, np.int32)
    for item in range(count):
        linked = draw(st.lists(st.integers(0, count - 1), max_size=width, unique=True))
        neighbors[item, : len(linked)] = linked
    weights = np.array(
        draw(st.lists(st.integers(1, 8), min_size=count * width, max_size=count * width)),
        np.float32,
    ).reshape(count, width)
    rows = np.array(draw(st.permutations(range(count))), np.int64)
    return CoEngagementTable.of(neighbors, weights, rows, 3), rows


@given(tables(), st.lists(st.integers(0, 9), max_size=5, unique=True))
@settings(max_examples=200, deadline=None)
def test_every_way_of_asking_agrees_with_a_dense_matrix(made, history):
    table, rows = made
    dense = np.zeros((10, 10), np.float32)
    for item, (linked, weights) in enumerate(zip(table.neighbors, table.weights, strict=True)):
        for other, weight in zip(linked, weights, strict=True):
            if other >= 0:
                dense[rows[item], rows[other]] = weight
    history = np.array(history, np.int64)
    everything = np.arange(10)
    expected = dense[history[:3]].sum(axis=0)
    assert table.scores_for(history, everything).tolist() == expected.tolist()
    assert table.contributions(history, everything).sum(axis=1).tolist() == expected.tolist()
    found = table.top(history, 10)
    assert dict(zip(found.rows.tolist(), found.scores.tolist(), strict=True)) == {
        row: score for row, score in enumerate(expected.tolist()) if score > 0
    }
