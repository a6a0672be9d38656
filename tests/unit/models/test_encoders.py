"""Encoders, numbers, crosses and tokens, with values worked by hand."""

from __future__ import annotations

import math

import mmh3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torchrec_models.features.bags import bags_of, bags_of_padded, singles
from torchrec_models.features.crosses import Cross, SideValues, cross_id, cross_ids
from torchrec_models.features.encoders import (
    Borders,
    EntityRows,
    HashBuckets,
    Vocabulary,
    bucket_numbers,
    encode_numbers,
    encode_strings,
    encoder_from_json,
    quantile_borders,
)
from torchrec_models.features.numeric import NumericFeature, fit_numeric, normalise
from torchrec_models.features.row_encoding import bucket, feature_ids, normalised
from torchrec_models.features.tokens import murmur, unique_words


def lists(bags):
    return [
        bags.id_V[a:b].tolist() for a, b in zip(bags.start_N[:-1], bags.start_N[1:], strict=True)
    ]


def test_murmur_is_the_published_murmur3():
    # Vectors of the reference implementation (smhasher).
    assert murmur("", 0) == 0
    assert murmur("", 1) == 0x514E28B7
    assert murmur("hello", 0) == 0x248BFA47
    assert murmur("hello, world", 0) == 0x149BBB7F


def test_words_are_distinct_lower_case_and_in_order():
    assert unique_words("The Ünïcode_Book: the 2nd!") == ("the", "ünïcode", "book", "2nd")


def test_a_vocabulary_counts_from_one_and_drops_unknown_values():
    encoder = Vocabulary(("a", "b"))
    rows = [("b", "a"), ("x", "a"), ("x",), ()]
    assert lists(encode_strings(encoder, rows, "mean")) == [[2, 1], [1], [0], [0]]
    assert lists(encode_strings(encoder, rows, "single")) == [[2], [0], [0], [0]]


def test_hash_ids_leave_zero_free():
    encoder = HashBuckets(7, 3)
    assert lists(encode_strings(encoder, [("x", "y")], "mean")) == [
        [1 + mmh3.hash("x", 3, signed=False) % 7, 1 + mmh3.hash("y", 3, signed=False) % 7]
    ]


def test_a_value_on_a_border_is_above_it():
    borders = Borders((1.0, 5.0))
    numbers = np.array([0.9, 1.0, 4.9, 5.0, np.nan])
    assert lists(encode_numbers(borders, numbers)) == [[1], [2], [2], [3], [0]]


@given(
    borders=st.lists(st.floats(-5, 5), max_size=5).map(lambda b: sorted(set(b))),
    value=st.one_of(st.floats(-6, 6), st.just(math.nan)),
)
@settings(deadline=None)
def test_bulk_and_single_buckets_agree(borders, value):
    assert bucket_numbers(borders, np.array([value])).tolist() == [bucket(borders, value)]


def test_quantile_borders_split_evenly_and_skip_constant_columns():
    assert quantile_borders(np.arange(8.0), 3) == (2.0, 4.0, 6.0)
    assert quantile_borders(np.array([3.0, 3.0]), 3) == ()
    assert quantile_borders(np.array([np.nan]), 3) == ()


@pytest.mark.parametrize(
    "encoder",
    [Vocabulary(("a",)), HashBuckets(4, 1), Borders((0.5,)), EntityRows("items", 3)],
)
def test_encoders_survive_the_manifest(encoder):
    assert encoder_from_json(encoder.to_json(), item_count=3, user_count=9) == encoder


def test_an_unknown_encoder_kind_is_refused():
    with pytest.raises(ValueError, match="onehot"):
        encoder_from_json({"kind": "onehot"}, item_count=1, user_count=1)


def test_numbers_are_logged_normalised_and_clipped():
    feature = NumericFeature("x", "x", "log1p", mean=1.0, std=0.5, clip=2.0, missing=-0.25)
    values = np.array([math.e - 1, -3.0, 1e9, math.nan])
    assert normalise(feature, values).tolist() == [0.0, -2.0, 2.0, -0.25]
    data = feature.to_json()
    assert [normalised(data, v) for v in (math.e - 1, -3.0, 1e9, None)] == [0.0, -2.0, 2.0, -0.25]


def test_a_constant_number_is_no_feature():
    assert fit_numeric("x", np.ones(5), "identity") is None
    fitted = fit_numeric("x", np.array([1.0, 3.0, np.nan]), "identity")
    assert fitted is not None
    assert (fitted.mean, fitted.std) == (2.0, 1.0)


def test_a_cross_hashes_both_sides_and_needs_both():
    cross = Cross("a x b", "a", "b", buckets=100, seed=5)
    expected = 1 + mmh3.hash("DE\x1fjazz", 5, signed=False) % 100
    assert cross_id(cross, "DE", "jazz") == expected
    assert cross_id(cross, None, "jazz") == cross_id(cross, "DE", None) == 0


def test_crosses_of_many_rows_agree_with_one_at_a_time():
    cross = Cross("a x b", "a", "b", buckets=50, seed=5)
    left = SideValues(np.array([0, 1, -1, 0, 1]), ["DE", "FR"])
    right = SideValues(np.array([2, 0, 1, -1, 0]), ["x", "y", "z"])
    found = cross_ids(cross, left, right).tolist()
    assert found == [cross_id(cross, "DE", "z"), cross_id(cross, "FR", "x"), 0, 0, found[1]]


def test_feature_ids_of_a_row():
    mean = {"encoder": Vocabulary(("a", "b")).to_json(), "pooling": "mean"}
    assert feature_ids(mean, ["b", "x", "a"], {}) == [2, 1]
    assert feature_ids(mean, None, {}) == [0]
    single = {"encoder": {"kind": "items"}, "pooling": "single"}
    assert feature_ids(single, "i7", {"items": {"i7": 4}}) == [5]
    assert feature_ids(single, "cold", {"items": {"i7": 4}}) == [0]


def test_bags_are_never_empty():
    assert lists(bags_of([[3, 4], []])) == [[3, 4], [0]]
    assert lists(bags_of_padded(np.array([[5, -1, 6], [-1, -1, -1]]))) == [[5, 6], [0]]
    assert lists(singles(np.array([7, 0]))) == [[7], [0]]
    assert lists(bags_of([[1], [2, 3], [4]]).take(np.array([1, 1, 0]))) == [[2, 3], [2, 3], [1]]
