"""Ids follow the contract's rule, and foreign ones are percent-encoded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.batch.ids import encode_id, is_valid_id


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("85123A", "85123A"),
        ("50%-off", "50%-off"),
        ("gift voucher", "gift%20voucher"),
        ("a/b", "a%2Fb"),
        ("50% off", "50%25%20off"),
        ("é", "%C3%A9"),
        ("", None),
        ("x" * 128, "x" * 128),
        ("x" * 129, None),
        (" " * 43, None),
    ],
)
def test_an_id_is_encoded_only_where_it_breaks_the_rule(raw, expected):
    assert encode_id(raw) == expected


@given(st.text(max_size=200))
def test_an_encoded_id_is_valid(raw):
    encoded = encode_id(raw)
    assert encoded is None or is_valid_id(encoded)


@given(st.text(min_size=1, max_size=30))
def test_encoding_an_id_again_changes_nothing(raw):
    encoded = encode_id(raw)
    assert encoded is None or encode_id(encoded) == encoded
