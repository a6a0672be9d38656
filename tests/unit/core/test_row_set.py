"""Membership in sorted rows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.core.row_set import is_member, positions_in

rows = st.lists(st.integers(-5, 20), max_size=20)


@given(rows, rows)
def test_membership_is_that_of_python_sets(members, asked):
    sorted_members = np.unique(np.array(members, np.int64))
    found = is_member(sorted_members, np.array(asked, np.int64))
    assert found.tolist() == [row in members for row in asked]


def test_positions_point_at_the_member():
    at = positions_in(np.array([2, 5, 9]), np.array([9, 3, 2]))
    assert at.tolist() == [2, -1, 0]
