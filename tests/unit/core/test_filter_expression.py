"""The filter language: meaning, places of errors, and agreement with a naive reference."""

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.core.errors import InvalidFilterError, UnknownAttributeError
from server.core.filter_expression import FieldKind, FilterField, compile_filter
from server.core.filter_syntax import MAX_DEPTH, MAX_LENGTH
from tests.unit.small_world import ALWAYS, items_of

FIELDS = {
    "genre": FilterField(FieldKind.STRING),
    "tags": FilterField(FieldKind.STRINGS),
    "price": FilterField(FieldKind.NUMBER),
    "released": FilterField(FieldKind.TIMESTAMP),
    "cost": FilterField(FieldKind.NUMBER, is_filterable=False),
    "blurb": FilterField(FieldKind.TEXT),
}
# Row:     0          1         2        3
GENRES = ["Fantasy", "Sci-Fi", None, 'a "b" *']
TAGS = [["award", "new"], ["award-2020"], [], ["old"]]
PRICES = [10.0, 20.0, np.nan, -3.5]
ITEMS = items_of(
    4,
    genres=GENRES,
    tags=TAGS,
    prices=PRICES,
    created_ms=np.array([0, 1_000, 2_000, 3_000]),
    available_ms=np.array([ALWAYS[0], 5_000, ALWAYS[0], 6_000]),
)


def matching(text):
    return np.flatnonzero(compile_filter(text, FIELDS)(ITEMS)).tolist()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("   ", [0, 1, 2, 3]),
        ("genre = Fantasy", [0]),
        ('genre = "Fantasy"', [0]),
        ("genre = 'Fantasy'", [0]),
        ("genre:Fantasy", [0]),
        ("genre != Fantasy", [1, 3]),
        ("NOT genre = Fantasy", [1, 2, 3]),
        ("-genre = Fantasy", [1, 2, 3]),
        ("genre = Fan*", [0]),
        ("genre = *Fi", [1]),
        ('genre = "*-*"', [1]),
        ('genre = "*"', [0, 1, 3]),
        (r'genre = "a \"b\" \*"', [3]),
        (r'genre = "\u0046antasy"', [0]),
        ("genre:*", [0, 1, 3]),
        ("genre < G", [0]),
        ("genre >= Sci-Fi", [1, 3]),
        ("tags:award", [0]),
        ("tags:award*", [0, 1]),
        ("tags:*", [0, 1, 3]),
        ("-tags:*", [2]),
        ("price = 10", [0]),
        ("price != 10", [1, 3]),
        ("price < 0", [3]),
        ("price >= -3.5", [0, 1, 3]),
        ("price = 1e1", [0]),
        ("price:*", [0, 1, 3]),
        ("NOT price:*", [2]),
        ("item_id = i2", [2]),
        ("item_id != i2", [0, 1, 3]),
        ("item_id = nobody", []),
        ("create_time >= 1970-01-01T00:00:02Z", [2, 3]),
        ('create_time >= "1970-01-01T01:00:02+01:00"', [2, 3]),
        ("create_time = 1970-01-01T00:00:01.000Z", [1]),
        ("available_time < 1970-01-01T00:00:05.5Z", [1]),
        ("available_time:*", [1, 3]),
        ("released:*", []),
    ],
)
def test_a_restriction_means(text, rows):
    assert matching(text) == rows


def test_or_binds_tighter_than_and():
    assert matching("genre = Fantasy OR genre = Sci-Fi AND price = 20") == [1]
    assert matching("price = 20 AND genre = Fantasy OR genre = Sci-Fi") == [1]
    assert matching("genre = Fantasy OR (genre = Sci-Fi AND price = 10)") == [0]


def test_restrictions_side_by_side_are_joined_by_and():
    assert matching("price > 0 tags:award") == [0]
    assert matching("price > 0 -tags:award") == [1]
    assert matching("price > 0 (tags:award OR tags:old)") == [0]


def test_a_minus_in_a_value_belongs_to_the_value():
    assert matching("price = -3.5") == [3]
    assert matching("-price = -3.5") == [0, 1, 2]
    assert matching("-(price = -3.5)") == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("genre", "at character 6: expected a comparator after 'genre', found the end"),
        ("genre =", "at character 8: expected a value, found the end"),
        ("genre = AND", "at character 9: expected a value, found 'AND'"),
        ("genre = (", "at character 9: expected a value, found '('"),
        ("= 3", "at character 1: expected an attribute, found '='"),
        ("OR genre = a", "at character 1: expected an attribute, found 'OR'"),
        ('"genre" = a', "at character 1: expected an attribute, found 'genre'"),
        ("(genre = a", "at character 11: expected AND, OR or ')', found the end"),
        ("genre = a)", "at character 10: expected AND, OR or the end, found ')'"),
        ("genre = a AND", "at character 14: expected an attribute, found the end"),
        ('genre = "a', "at character 9: this string is not closed"),
        (r'genre = "a\q"', "at character 11: unknown escape '\\q'"),
        ("genre = a, price = 1", "at character 10: unexpected character ','"),
        ("genre = a and price = 1", "at character 15: expected a comparator after 'and'"),
        ("price < cheap", "at character 9: expected a number, found 'cheap'"),
        ('price = "3"', "at character 9: expected a number, found '3'"),
        ("price = nan", "at character 9: expected a number, found 'nan'"),
        ("price = 1*", "at character 9: expected a number"),
        ("genre < 3", "at character 9: 'genre' is a string and cannot be compared with the number"),
        ("genre < a*", "at character 9: a wildcard cannot be compared with '<'"),
        ("tags = award", "at character 1: 'tags' is a set: use ':' to look in it"),
        ("released > 2020", "at character 12: expected an RFC 3339 time"),
        ("released > 2020-01-01T00:00:00", "at character 12: expected an RFC 3339 time"),
        ("item_id > i1", "at character 11: item_id can only be compared for equality"),
        ("item_id = i*", "at character 11: item_id can only be compared for equality"),
    ],
)
def test_an_error_names_the_place_and_what_was_expected(text, message):
    with pytest.raises(InvalidFilterError) as caught:
        compile_filter(text, FIELDS)
    assert message in str(caught.value)
    assert [violation.field for violation in caught.value.violations] == ["filter"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("price = 1 colour = red", "at character 11: attribute 'colour' is not declared"),
        ("cost = 1", "at character 1: attribute 'cost' is not declared as filterable"),
        ("blurb:a", "at character 1: attribute 'blurb' is free text"),
        ("genre.name = a", "attribute 'genre.name' is not declared"),
    ],
)
def test_an_attribute_must_be_declared_and_filterable(text, message):
    with pytest.raises(UnknownAttributeError) as caught:
        compile_filter(text, FIELDS)
    assert message in str(caught.value)


def test_a_filter_that_is_too_deep_or_too_long_is_refused():
    deep = "(" * (MAX_DEPTH + 1) + "price = 1" + ")" * (MAX_DEPTH + 1)
    with pytest.raises(InvalidFilterError, match="nested deeper"):
        compile_filter(deep, FIELDS)
    with pytest.raises(InvalidFilterError, match="at most"):
        compile_filter(" " * (MAX_LENGTH + 1), FIELDS)


def test_rows_outside_the_view_never_match():
    everything = compile_filter("-genre = Fantasy", FIELDS)
    rows = np.array([-1, 0, 1, 2, 4])
    assert everything.matching(ITEMS, rows).tolist() == [False, False, True, True, False]
    assert compile_filter("", FIELDS).matching(ITEMS, rows).tolist() == [
        *(False, True, True, True, False)
    ]


def test_a_dictionary_that_grew_is_looked_at_again():
    grown = items_of(2, genres=["Fantasy", None])
    predicate = compile_filter("genre = New", FIELDS)
    assert predicate(grown).tolist() == [False, False]
    grown.strings["genre"].values.append("New")
    grown.strings["genre"].codes[1] = 1
    assert predicate(grown).tolist() == [False, True]


# The reference: one item at a time, straight from what the language says.
def holds(tree, row):
    kind = tree[0]
    if kind == "not":
        return not holds(tree[1], row)
    if kind in {"and", "or"}:
        return (all if kind == "and" else any)(holds(part, row) for part in tree[1])
    _, name, comparator, value = tree
    if name == "tags":
        return len(TAGS[row]) > 0 if value == "*" else value in TAGS[row]
    own = GENRES[row] if name == "genre" else PRICES[row]
    if own is None or own != own:
        return False
    return {
        "=": own == value,
        "!=": own != value,
        "<": own < value,
        ">=": own >= value,
    }[comparator]


def written(tree):
    kind = tree[0]
    if kind == "not":
        return f"NOT ({written(tree[1])})"
    if kind in {"and", "or"}:
        return f" {kind.upper()} ".join(f"({written(part)})" for part in tree[1])
    _, name, comparator, value = tree
    quoted = f'"{value}"' if name == "genre" else f"{value}"
    return f"{name} {comparator} {quoted}"


comparators = st.sampled_from(["=", "!=", "<", ">="])
restrictions = st.one_of(
    st.tuples(st.just("is"), st.just("genre"), comparators, st.sampled_from(["Fantasy", "Sci-Fi"])),
    st.tuples(st.just("is"), st.just("price"), comparators, st.sampled_from([10.0, -3.5, 0.0])),
    st.tuples(st.just("is"), st.just("tags"), st.just(":"), st.sampled_from(["award", "old", "*"])),
)
trees = st.recursive(
    restrictions,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=8,
)


@given(trees)
@settings(max_examples=200, deadline=None)
def test_columns_agree_with_one_item_at_a_time(tree):
    predicate = compile_filter(written(tree), FIELDS)
    expected = [holds(tree, row) for row in range(4)]
    assert predicate(ITEMS).tolist() == expected
    assert predicate.matching(ITEMS, np.array([3, 1])).tolist() == [expected[3], expected[1]]


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_filter_or_a_typed_error(text):
    with contextlib.suppress(InvalidFilterError, UnknownAttributeError):
        assert compile_filter(text, FIELDS)(ITEMS).shape == (4,)
