"""Merging and capping candidates."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.core.batch import CandidateBatch, Retrieved
from server.orchestrator.blender import cap_candidates, without


def found(*rows):
    return Retrieved(np.array(rows, np.int64), np.arange(len(rows), 0, -1).astype(np.float32))


def test_sources_take_turns():
    batch = CandidateBatch.merge([found(1, 2, 3, 4), found(9, 8)])
    assert cap_candidates(batch, 4).items.tolist() == [1, 2, 8, 9]


def test_what_more_sources_found_stays():
    batch = CandidateBatch.merge([found(1, 5), found(2, 5), found(3, 4)])
    assert cap_candidates(batch, 4).items.tolist() == [1, 2, 3, 5]


lists = st.lists(st.lists(st.integers(0, 12), max_size=8, unique=True), min_size=1, max_size=4)


@given(lists, st.integers(0, 15))
def test_capping_keeps_a_subset_with_its_columns(retrieved, limit):
    batch = CandidateBatch.merge([found(*rows) for rows in retrieved])
    capped = cap_candidates(batch, limit)
    assert len(capped) == min(limit, len(batch))
    whole = {row: bits for row, bits in zip(batch.items, batch.sources, strict=True)}
    for row, bits, ranks in zip(
        capped.items, capped.sources, capped.columns["source_ranks"], strict=True
    ):
        assert whole[row] == bits
        assert [rank >= 0 for rank in ranks] == [bool(bits >> at & 1) for at in range(len(ranks))]


@given(lists)
def test_merging_marks_exactly_the_sources_that_found_an_item(retrieved):
    batch = CandidateBatch.merge([found(*rows) for rows in retrieved])
    assert batch.items.tolist() == sorted({row for rows in retrieved for row in rows})
    for row, bits, scores in zip(
        batch.items.tolist(), batch.sources.tolist(), batch.columns["source_scores"], strict=True
    ):
        for at, rows in enumerate(retrieved):
            assert bool(bits >> at & 1) == (row in rows)
            assert np.isnan(scores[at]) != (row in rows)


def test_what_is_taken_is_left_out():
    batch = CandidateBatch.of_items(np.array([4, 1, 3]))
    assert without(batch, np.array([1, 9])).items.tolist() == [4, 3]
    assert without(batch, np.empty(0, np.int64)) is batch
