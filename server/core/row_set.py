"""Membership in a sorted set of rows."""

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
