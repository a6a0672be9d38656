"""The sum of crosses: the same as from the tables, whatever is kept between requests."""

import numpy as np
import pytest

from server.core.feature_spec import CrossFeature
from server.features import cross_features, cross_weights
from server.features.cross_features import CrossSide, cross_ids
from server.features.raw_values import RawStrings, one_text
from server.features.wide_part import WidePart

BUCKETS, HEADS = 50, 2
TABLES = {
    name: np.random.default_rng(seed).random((BUCKETS + 1, HEADS), np.float32)
    for seed, name in enumerate(("t0", "t1", "t2"))
}


def cross(left: str, right: str, number: int = 0, **over) -> CrossFeature:
    return CrossFeature(
        name=f"{left} x {right}",
        left=left,
        right=right,
        buckets=BUCKETS,
        seed=number,
        table=f"t{number}",
        **over,
    )


class Values:
    """Texts by raw name, each a column of strings."""

    def __init__(self, texts, count=1, numbers=None):
        self.count = count
        self._texts, self._numbers = texts, numbers or {}

    def texts(self, name):
        return self._texts[name]

    def numbers(self, name):
        return np.array(self._numbers[name])


def user(**values) -> Values:
    return Values({f"user.{name}": one_text(value) for name, value in values.items()})


def rows(values, codes, name="item.a") -> Values:
    return Values({name: RawStrings(np.array(codes, np.int32), values)}, len(codes))


def weights(spec: CrossFeature, left: str | None, right: Values) -> np.ndarray:
    strings = right.texts(spec.right)
    lefts = CrossSide.of(one_text(left))
    return TABLES[spec.table][cross_ids(spec, lefts, CrossSide.of(strings))]


@pytest.fixture
def hashed(monkeypatch) -> list[tuple[str, str]]:
    """Every pair that was hashed, in order."""
    pairs: list[tuple[str, str]] = []
    plain = cross_features.hashed_ids

    def spy(spec, left, right):
        pairs.extend((left, text) for text in right)
        return plain(spec, left, right)

    monkeypatch.setattr(cross_weights, "hashed_ids", spy)
    return pairs


def test_the_wide_part_is_the_sum_in_the_order_of_the_crosses():
    specs = [cross("user.a", "item.a"), cross("user.b", "item.a", 1), cross("item.a", "item.a", 2)]
    wide = WidePart(specs, TABLES, HEADS)
    values = ["x", "y", "z"]
    for codes in ([0, 1], [0, 1], [2, 1, -1]):
        by_row = rows(values, codes)
        side = CrossSide.of(by_row.texts("item.a"))
        expected = np.zeros((len(codes), HEADS), np.float32)
        expected += weights(specs[0], "u", by_row)
        expected += weights(specs[1], None, by_row)
        expected += TABLES["t2"][cross_ids(specs[2], side, side)]
        assert wide.of(user(a="u", b=None), by_row).tolist() == expected.tolist()


def test_no_pair_of_a_known_dictionary_is_hashed_twice(hashed):
    wide = WidePart([cross("user.a", "item.a")], TABLES, HEADS)
    values = ["x", "y", "z"]
    wide.of(user(a="u"), rows(values, [0]))
    hashed.clear()
    for codes in ([0, 1, -1], [1, 0], [1, 2]):
        wide.of(user(a="u"), rows(values, codes))
    assert hashed == [("u", "x"), ("u", "y"), ("u", "z")]


def test_values_that_a_dictionary_gains_are_learned():
    spec = cross("user.a", "item.a")
    wide, values = WidePart([spec], TABLES, HEADS), ["x", ""]
    for gained in range(30):
        values.append(f"new-{gained}")
        by_row = rows(values, [*range(len(values)), -1])
        expected = weights(spec, "u", by_row)
        assert wide.of(user(a="u"), by_row).tolist() == expected.tolist()


def test_another_dictionary_means_other_weights():
    spec = cross("user.a", "item.a")
    wide = WidePart([spec], TABLES, HEADS)
    for values in (["x", "y"], ["y", "x"]):
        for _ in range(2):
            by_row = rows(values, [0, 1])
            expected = weights(spec, "u", by_row)
            assert wide.of(user(a="u"), by_row).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("most", "again"), [(31, "aabcdea"), (32, "abcdea"), (39, "abcdea"), (40, "abcde")]
)
def test_only_so_many_weights_are_kept(monkeypatch, hashed, most, again):
    monkeypatch.setattr(cross_weights, "_KEPT_WEIGHTS", most)
    spec = cross("user.a", "item.a")
    wide, values = WidePart([spec], TABLES, HEADS), ["x", "y"]
    wide.of(user(a="first"), rows(values, [0]))
    hashed.clear()
    for left in "aabcdea":
        by_row = rows(values, [1])
        expected = weights(spec, left, by_row)
        assert wide.of(user(a=left), by_row).tolist() == expected.tolist()
    assert [left for left, _ in hashed] == [*again]


def test_buckets_are_one_dictionary_for_all_requests(hashed):
    wide = WidePart([cross("user.a", "item.n", right_borders=(1.0, 2.0))], TABLES, HEADS)
    for _ in range(3):
        wide.of(user(a="u"), Values({}, 2, {"item.n": [0.5, np.nan]}))
    assert hashed == [("u", None), ("u", "1"), ("u", "1")]


def test_a_left_value_by_row_is_crossed_row_by_row():
    spec = cross("user.a", "item.a")
    lefts = RawStrings(np.array([0, 1, -1], np.int32), ["u", "v"])
    right = rows(["x"], [0, 0, 0])
    ids = cross_ids(spec, CrossSide.of(lefts), CrossSide.of(right.texts("item.a")))
    found = WidePart([spec], TABLES, HEADS).of(Values({"user.a": lefts}, 3), right)
    assert found.tolist() == TABLES["t0"][ids].tolist()
    assert ids[2] == 0 != ids[0]
