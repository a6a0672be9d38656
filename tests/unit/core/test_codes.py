"""Distinct codes are what numpy's sort says they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.core.codes import distinct_codes


@given(st.lists(st.integers(-1, 30), max_size=40), st.integers(31, 2000))
def test_distinct_codes_agree_with_unique(values, size):
    codes = np.array(values, np.int32)
    distinct, place = distinct_codes(codes, size)
    expected, expected_place = np.unique(codes, return_inverse=True)
    assert distinct.tolist() == expected.tolist()
    assert place.tolist() == expected_place.tolist()
