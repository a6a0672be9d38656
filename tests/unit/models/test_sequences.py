"""Training examples of the two-tower model."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.models.event_tables import events_of
from torchrec_models.data.histories import build_histories
from torchrec_models.retrieval.sequences import build_sequences, draw_batch

ROWS = [(u, i, "click", t) for u in range(6) for t, i in enumerate(range(u, u + 2 + u))]


def test_sequences_are_distinct_items_oldest_first():
    rows = [(0, 5, "click", 0), (0, 6, "click", 1), (0, 5, "click", 2), (1, 5, "click", 0)]
    sequences = build_sequences(build_histories(events_of(rows), 2))
    assert sequences.user_U.tolist() == [0]
    assert sequences.item_UL.tolist() == [[6, 5]]


@given(seed=st.integers(0, 1000), length=st.integers(1, 5))
@settings(deadline=None, max_examples=50)
def test_targets_are_never_in_the_history(seed, length):
    sequences = build_sequences(build_histories(events_of(ROWS), 6))
    batch = draw_batch(
        sequences,
        np.arange(len(sequences.user_U)),
        np.random.default_rng(seed),
        history_length=length,
        history_dropout=0.3,
    )
    for row in range(len(batch.user_B)):
        history = set(batch.history_BL[row].tolist()) - {-1}
        target = set(batch.target_BL[row].tolist()) - {-1}
        assert target
        assert not history & target
        assert len(history) <= length
        assert history | target <= set(sequences.item_UL[row].tolist())
