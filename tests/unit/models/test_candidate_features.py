"""Candidate features, against definitions written out item by item."""

from __future__ import annotations

from collections import Counter

import numpy as np
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.models.event_tables import events_of
from torchrec_models.data.histories import build_histories
from torchrec_models.features.affinity import affinities, item_values, top_values
from torchrec_models.features.candidate_models import CandidateModels, co_engaged
from torchrec_models.features.queries import build_queries, clock_context, content_profiles
from torchrec_models.features.raw_columns import Rows, repeat_columns, share_of

DAY = 86_400_000
STRINGS = st.lists(st.lists(st.sampled_from("abcd"), max_size=3).map(tuple), min_size=5, max_size=5)


@given(strings=STRINGS, history=st.lists(st.integers(0, 4), max_size=5, unique=True))
@settings(deadline=None)
def test_affinity_is_the_share_of_history_with_a_common_value(strings, history):
    padded = np.full((1, 6), -1, dtype=np.int32)
    padded[0, : len(history)] = history
    found = affinities(
        item_values(strings), padded, np.zeros(5, dtype=np.int64), np.arange(5, dtype=np.int32)
    )
    expected = [
        sum(bool(set(strings[i]) & set(strings[j])) for j in history) / max(1, len(history))
        for i in range(5)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@given(strings=STRINGS, history=st.lists(st.integers(0, 4), max_size=5, unique=True))
@settings(deadline=None)
def test_the_top_value_is_the_most_frequent_and_ties_go_to_the_smallest(strings, history):
    padded = np.full((1, 6), -1, dtype=np.int32)
    padded[0, : len(history)] = history
    items = item_values(strings)
    code = int(top_values(items, padded)[0])
    counts = Counter(value for item in history for value in set(strings[item]))
    expected = min(counts, key=lambda v: (-counts[v], v)) if counts else None
    assert (items.values[code] if code >= 0 else None) == expected


def models_of(weights, **other):
    count = len(weights)
    return CandidateModels(
        item_vector_MD=np.eye(count, dtype=np.float32),
        content_MC=other.get("content", np.eye(count, dtype=np.float32)),
        co_weight_MM=sp.csr_matrix(np.array(weights, dtype=np.float32)),
        co_history_length=other.get("length", 2),
        popularity_M=np.ones(count, dtype=np.float32),
        encode_users=lambda queries: np.ones((len(queries), count), dtype=np.float32),
    )


def test_co_engagement_sums_the_weights_of_the_latest_items():
    models = models_of([[0, 1, 2], [3, 0, -4], [5, 6, 0]])
    recent = np.array([[0, 1, 2], [2, -1, -1], [-1, -1, -1]], dtype=np.int32)
    assert co_engaged(models, recent).tolist() == [[3, 1, -2], [5, 6, 0], [0, 0, 0]]


def test_the_share_is_zero_where_nothing_speaks_for_any_candidate():
    assert share_of(np.array([2.0, -1.0]), np.array([4.0, -1.0])).tolist() == [0.5, 0.0]


def test_repeats_are_counted_up_to_the_query():
    rows = [(0, 3, "click", 0), (0, 3, "click", DAY), (0, 4, "click", 2 * DAY)]
    histories = build_histories(events_of(rows), 1)
    queries = build_queries(
        histories, np.array([0, 0]), np.array([2 * DAY, 3 * DAY]), history_length=5
    )
    found = repeat_columns(
        histories, queries, Rows(np.array([0, 0, 1, 1]), np.array([3, 4, 3, 4], dtype=np.int32))
    )
    assert found["candidate.times_engaged"].tolist() == [2, 0, 2, 1]
    np.testing.assert_array_equal(found["candidate.days_since_engaged"], [1.0, np.nan, 2.0, 1.0])


def test_a_content_profile_is_the_unit_mean_of_the_latest_items():
    content = np.array([[1, 0], [0, 1]], dtype=np.float32)
    profiles = content_profiles(content, np.array([[0, 1], [1, -1], [-1, -1]], dtype=np.int32))
    half = np.sqrt(0.5)
    np.testing.assert_allclose(profiles, [[half, half], [0, 1], [0, 0]], atol=1e-6)


def test_the_clock_is_utc():
    # 2023-11-14 22:13:20 UTC, a Tuesday.
    context = clock_context(np.array([1_700_000_000_000]))
    hour, weekday = context["hour"], context["weekday"]
    assert hour.values[hour.code_E[0]] == "22"
    assert weekday.values[weekday.code_E[0]] == "1"
