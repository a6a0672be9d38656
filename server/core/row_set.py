"""Membership of rows: in a sorted set, in a range."""

from __future__ import annotations

import numpy as np

from server.core.batch import Mask, Rows


def positions_in(members: Rows, rows: Rows) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """Return (N,) each row's position in sorted unique `members`, -1 where it is not one."""
    if len(members) == 0:
        return np.full(len(rows), -1, np.intp)
    at = np.searchsorted(members, rows)
    return np.where(members.take(at, mode="clip") == rows, at, -1)


def is_member(members: Rows, rows: Rows) -> Mask:
    """Return (N,) which rows are in sorted unique `members`."""
    if len(members) == 0:
        return np.zeros(len(rows), np.bool_)
    at = np.searchsorted(members, rows)
    found: Mask = members.take(at, mode="clip") == rows
    return found


def are_inside(rows: Rows, size: int) -> bool:
    """Tell whether all rows are in 0 .. size - 1."""
    # Read as unsigned, a negative row is larger than any.
    return bool(rows.view(np.uint64).max(initial=0) < size)
