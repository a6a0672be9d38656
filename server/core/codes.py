"""Dictionary codes, made small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Marking costs a pass over the dictionary, sorting one over the codes per doubling.
_MARKED_PER_CODE = 16


def distinct_codes(
    codes: NDArray[np.int32], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct codes, ascending, and each code's place among them.

    The same as `numpy.unique(codes, return_inverse=True)`, without sorting where the dictionary is
    not much larger than the codes.

    Args:
        codes: (N,) values in [-1, size); -1 is a code like any other.
    """
    if size > _MARKED_PER_CODE * len(codes):
        distinct, place = np.unique(codes, return_inverse=True)
        return distinct.astype(np.int64), place
    shifted = codes.astype(np.int64) + 1
    is_used = np.zeros(size + 1, np.bool_)
    is_used[shifted] = True
    places = np.cumsum(is_used) - 1
    return np.flatnonzero(is_used) - 1, places[shifted]
