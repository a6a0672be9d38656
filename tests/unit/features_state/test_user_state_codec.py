"""States come back from their bytes as they were."""

from __future__ import annotations

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.core.user_state import NO_BEHAVIOUR, UserState
from server.features.user_state_codec import StoredState, decode, encode

rows = st.lists(st.integers(0, 2**31 - 1), max_size=20)
times = st.integers(-(2**40), 2**45)
counts = st.dictionaries(st.integers(1, 13), st.integers(1, 2**40))


@st.composite
def states(draw):
    history, seen = draw(rows), sorted(set(draw(rows)))
    return UserState(
        history=np.array(history, np.int64),
        history_ms=np.array([draw(times) for _ in history], np.int64),
        history_types=np.array([draw(st.integers(1, 13)) for _ in history], np.uint8),
        seen=np.array(seen, np.int64),
        seen_counts=np.array([draw(st.integers(1, 2**30)) for _ in seen], np.int32),
        seen_ms=np.array([draw(times) for _ in seen], np.int64),
        engaged=np.array(sorted(set(draw(rows))), np.int64),
        purchased=np.array(sorted(set(draw(rows))), np.int64),
        hidden=np.array(sorted(set(draw(rows))), np.int64),
        event_counts=draw(counts),
        counts_since_impression=draw(counts),
        first_impression_ms=draw(st.none() | times),
        positive_count=draw(st.integers(0, 2**40)),
    )


def assert_same(one: UserState, other: UserState) -> None:
    for field in dataclasses.fields(UserState):
        before, after = getattr(one, field.name), getattr(other, field.name)
        if isinstance(before, np.ndarray):
            np.testing.assert_array_equal(after, before)
            assert after.dtype == before.dtype
        else:
            assert after == before


@given(states(), st.integers(0, 2**62), st.integers(0, 2**32 - 1))
def test_states_come_back_as_they_were(state, offset, generation):
    stored = decode(encode(StoredState(state, offset), generation), generation)
    assert stored is not None
    assert stored.offset == offset
    assert_same(state, stored.state)


def test_a_state_of_another_generation_or_format_is_not_read():
    data = encode(StoredState(NO_BEHAVIOUR, 1), generation=1)
    assert decode(data, generation=2) is None
    assert decode(b"\x63" + data[1:], generation=1) is None
