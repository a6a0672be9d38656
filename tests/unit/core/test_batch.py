"""The batch of candidates: the union of what the sources found, and its best rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.core.batch import CandidateBatch, Retrieved

# Small rows are told apart by marking them, large ones by sorting.
row_lists = st.lists(
    st.lists(st.integers(0, 12) | st.integers(10_000, 10_003), max_size=6, unique=True), max_size=9
)


def found(rows, measure=""):
    scores = np.array([1 / (1 + row) for row in rows], np.float32)
    return Retrieved(np.array(rows, np.int64), scores, measure)


@given(row_lists)
def test_the_merge_tells_of_each_item_which_sources_found_it_and_where(lists):
    batch = CandidateBatch.merge([found(rows) for rows in lists])
    expected = sorted(set().union(*lists))
    assert batch.items.tolist() == expected
    for at, row in enumerate(expected):
        assert batch.sources[at] == sum(1 << bit for bit, rows in enumerate(lists) if row in rows)
        for bit, rows in enumerate(lists):
            rank = rows.index(row) if row in rows else -1
            assert batch.columns["source_ranks"][at, bit] == rank
            score = np.float32(1 / (1 + row) if row in rows else np.nan)
            assert np.array_equal(batch.columns["source_scores"][at, bit], score, equal_nan=True)


def test_a_measure_has_a_column_of_its_own():
    batch = CandidateBatch.merge([found([5]), found([1, 5], "candidate.content")])
    scores = batch.columns["candidate.content"]
    assert scores.tolist() == [np.float32(1 / 2), np.float32(1 / 6)]


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, np.nan, np.inf]), max_size=12), st.integers(0, 14))
def test_the_top_is_the_beginning_of_all_sorted(scores, k):
    rows = np.arange(len(scores))[::-1]
    batch = CandidateBatch.of_items(rows).with_scores(np.array(scores, np.float32))
    value = {
        row: score if np.isfinite(score) else -1 for row, score in zip(rows, scores, strict=True)
    }
    assert batch.top(k).items.tolist() == sorted(value, key=lambda row: (-value[row], row))[:k]
