"""Encoders, numbers and crosses against values worked out by hand and by plain code."""

import mmh3
import numpy as np
import pytest

from server.core.feature_spec import (
    BordersEncoder,
    CrossFeature,
    EmbeddingFeature,
    HashEncoder,
    ItemsEncoder,
    NumericFeature,
    Pooling,
    Transform,
    VocabularyEncoder,
    bucket_numbers,
)
from server.features.cross_features import CrossSide, cross_ids, cross_strings
from server.features.encoders import CodeIds, EmbeddingLookup, value_encoder
from server.features.numeric_features import NumericFeatures
from server.features.raw_values import RawBags, RawStrings, missing_strings, one_text
from server.features.tokens import murmur, unique_words

VOCABULARY = VocabularyEncoder(("red", "green", "blue"))
TABLE = np.array([[10, 20, 40, 80], [0, 1, 2, 3]], np.float32).T


class Given:
    """A scope that answers with what the test says."""

    def __init__(self, count=1, numbers=(), texts=None, ids=()):
        self.count = count
        self._numbers, self._texts, self._ids = numbers, texts, ids

    def numbers(self, name):
        return np.array(self._numbers, np.float64)

    def texts(self, name):
        return self._texts

    def model_ids(self, name):
        return np.array(self._ids, np.int64)


def feature(encoder, pooling=Pooling.SINGLE) -> EmbeddingLookup:
    return EmbeddingLookup(EmbeddingFeature("f", "item.f", encoder, pooling, "t", 2), TABLE)


def strings(*values) -> RawStrings:
    known = [value or "" for value in values]
    codes = [-1 if value is None else at for at, value in enumerate(values)]
    return RawStrings(np.array(codes, np.int32), known)


def side_of(*values) -> CrossSide:
    return CrossSide.of(strings(*values))


def bags(*lists) -> RawBags:
    flat = [value for each in lists for value in each]
    lengths = np.array([len(each) for each in lists], np.int64)
    codes = np.arange(len(flat), dtype=np.int32)
    return RawBags(np.cumsum(lengths) - lengths, lengths, codes, flat)


def test_a_vocabulary_counts_from_one_and_knows_its_values_only():
    encode = value_encoder(VOCABULARY)
    assert [encode(value) for value in ("red", "blue", "pink", "")] == [1, 3, 0, 0]


def test_a_hash_stays_within_its_buckets_and_zero_is_missing():
    encode = value_encoder(HashEncoder(buckets=7, seed=3))
    assert encode("naïve") == 1 + mmh3.hash("naïve", 3, signed=False) % 7
    assert encode("") == 0


def test_murmur_is_the_published_function():
    assert murmur("hello", 0) == 613153351
    assert murmur("", 1) == 0x514E28B7


def test_single_values_look_up_their_row_and_row_zero_for_the_rest():
    scope = Given(4, texts=strings("green", None, "pink", "red"))
    assert feature(VOCABULARY).embed(scope)[:, 0].tolist() == [40, 10, 10, 20]


def test_a_bag_is_the_mean_of_its_known_values():
    texts = bags(["red", "blue", "pink"], [], ["pink"], ["green", "green"])
    found = feature(VOCABULARY, Pooling.MEAN).embed(Given(4, texts=texts))
    assert found[:, 0].tolist() == [50, 10, 10, 40]


def test_bags_of_nothing_at_all_are_row_zero():
    found = feature(VOCABULARY, Pooling.MEAN).embed(Given(2, texts=bags([], [])))
    assert found[:, 0].tolist() == [10, 10]


def test_values_that_share_a_bucket_count_twice_in_the_mean():
    one = HashEncoder(buckets=1, seed=0)
    found = feature(one, Pooling.MEAN).embed(Given(1, texts=bags(["a", "b"])))
    assert found[0, 0] == 20


def test_a_single_feature_takes_the_first_value_of_a_bag():
    texts = bags(["blue", "red"], [], ["pink", "red"])
    assert feature(VOCABULARY).embed(Given(3, texts=texts))[:, 0].tolist() == [80, 10, 10]


def test_a_mean_over_plain_strings_is_their_row():
    found = feature(VOCABULARY, Pooling.MEAN).embed(Given(2, texts=strings("red", None)))
    assert found[:, 0].tolist() == [20, 10]


def test_a_border_belongs_to_the_upper_bucket_and_nan_to_none():
    numbers = [0.5, 1.0, 1.5, 2.0, float("nan"), float("inf"), float("-inf")]
    assert bucket_numbers((1.0, 2.0), np.array(numbers)).tolist() == [1, 2, 2, 3, 0, 3, 1]
    lookup = feature(BordersEncoder((1.0, 2.0)))
    assert lookup.embed(Given(3, numbers=[1.0, 5.0, float("nan")]))[:, 0].tolist() == [40, 80, 10]


def test_model_rows_are_looked_up_as_they_are():
    assert feature(ItemsEncoder()).embed(Given(3, ids=[2, 0, 1]))[:, 0].tolist() == [40, 10, 20]


def test_each_distinct_value_is_encoded_once_while_the_dictionary_grows():
    asked = []
    codes = CodeIds(lambda value: asked.append(value) or len(value))
    values = ["a", "bb"]
    assert codes.of(values).tolist() == [1, 2, 0]
    values.append("ccc")
    assert codes.of(values).tolist() == [1, 2, 3, 0]
    assert codes.of(values)[[-1, 2]].tolist() == [0, 3]
    assert asked == ["a", "bb", "ccc"]


def test_another_dictionary_is_encoded_anew():
    codes = CodeIds(len)
    assert codes.of(["a", "bb"]).tolist() == [1, 2, 0]
    assert codes.of(["ccc"]).tolist() == [3, 0]


def test_words_are_lower_case_distinct_and_in_order():
    assert unique_words("The old man, THE sea_and l'île") == (
        ("the", "old", "man", "sea", "and", "l", "île")
    )


def test_numbers_are_transformed_normalised_clipped_and_filled():
    features = NumericFeatures(
        [
            NumericFeature("a", "a", Transform.IDENTITY, 1.0, 2.0, 3.0, 0.5),
            NumericFeature("b", "b", Transform.LOG1P, 0.0, 1.0, 2.0, -1.0),
        ]
    )
    raw = np.array([[1.0, 5.0, 100.0, float("nan")], [0.0, np.e - 1, -7.0, float("inf")]])
    assert features.normalise(raw) == pytest.approx(np.array([[0, 2, 3, 0.5], [0, 1, 0, 2.0]]))


def cross(**over) -> CrossFeature:
    return CrossFeature(
        **{"name": "c", "left": "user.a", "right": "item.b", "buckets": 1000, "seed": 9}
        | {"table": "t"}
        | over
    )


def expected(left: str, right: str) -> int:
    return 1 + mmh3.hash(f"{left}\x1f{right}", 9, signed=False) % 1000


def test_a_shared_left_side_crosses_every_row():
    right = side_of("x", None, "y", "x", "")
    ids = cross_ids(cross(), side_of("u"), right)
    assert ids.tolist() == [expected("u", "x"), 0, expected("u", "y"), expected("u", "x"), 0]


def test_a_missing_left_side_crosses_nothing():
    assert cross_ids(cross(), side_of(None), side_of("x", "y")).tolist() == [0, 0]


def test_both_sides_may_differ_by_row():
    ids = cross_ids(cross(), side_of("u", "v", None), side_of("x", "x", "x"))
    assert ids.tolist() == [expected("u", "x"), expected("v", "x"), 0]


def test_many_distinct_pairs_are_the_same_as_few():
    lefts, rights = [f"l{n}" for n in range(40)], [f"r{n}" for n in range(40)]
    ids = cross_ids(cross(), side_of(*lefts), side_of(*rights))
    assert ids.tolist() == [expected(*pair) for pair in zip(lefts, rights, strict=True)]


def test_a_side_with_borders_is_its_bucket_number():
    found = cross_strings(Given(3, numbers=[0.5, 1.0, float("nan")]), "item.b", (1.0,))
    ids = cross_ids(cross(), side_of("u"), CrossSide.of(found))
    assert ids.tolist() == [expected("u", "1"), expected("u", "2"), 0]


def test_a_bag_side_is_its_first_value():
    found = cross_strings(Given(2, texts=bags(["x", "y"], [])), "item.b", None)
    assert cross_ids(cross(), side_of("u"), CrossSide.of(found)).tolist() == [expected("u", "x"), 0]


def test_single_raw_values_drop_what_is_empty():
    assert one_text(None).codes_N.tolist() == [-1]
    assert one_text("").codes_N.tolist() == [-1]
    assert one_text(("a", "", "b")).values == ("a", "b")
    assert missing_strings(2).codes_N.tolist() == [-1, -1]
