"""Drop items that the request excludes or the subject has hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server.core.batch import CandidateBatch, Mask
from server.core.context import RequestContext
from server.core.row_set import is_member


@dataclass(frozen=True, slots=True)
class Excluded:
    """Whatever the surface's policies, these never appear."""

    name: ClassVar[str] = "excluded"

    def keep(self, context: RequestContext, batch: CandidateBatch) -> Mask:
        is_out = is_member(context.excluded, batch.items)
        return ~(is_out | is_member(context.user.hidden, batch.items))
