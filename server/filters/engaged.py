"""Drop items that the subject has engaged with or bought, where the surface says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from server.core.batch import CandidateBatch, Mask
from server.core.context import RequestContext
from server.core.row_set import is_member


@dataclass(frozen=True, slots=True)
class Engaged:
    """By `excludes_engaged` and `excludes_purchased`; both count whatever the age."""

    name: ClassVar[str] = "engaged"

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        is_out = np.zeros(len(batch), np.bool_)
        if context.surface.excludes_engaged:
            is_out = is_member(context.user.engaged, batch.items)
        if context.surface.excludes_purchased:
            is_out = is_out | is_member(context.user.purchased, batch.items)
        return ~is_out
