"""What the client knows of a method: its types and its policy, from the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import betterproto2

from .codes import Code

RequestT = TypeVar("RequestT", bound=betterproto2.Message)
ReplyT = TypeVar("ReplyT", bound=betterproto2.Message)


@dataclass(frozen=True)
class PagingFields:
    """The fields that page a list; the first two of the request, the others of the reply."""

    page_size: str
    page_token: str
    items: str
    next_page_token: str


@dataclass(frozen=True)
class CachePolicy:
    """How long replies serve again, in seconds."""

    max_age_s: float
    stale_if_error_s: float


@dataclass(frozen=True)
class SlateFields:
    """The fields of a reply from which impressions are made."""

    items: str
    item_id: str
    position: str
    attribution_token: str


@dataclass(frozen=True)
class Method(Generic[RequestT, ReplyT]):
    """A method.

    Attributes:
        path: `/package.Service/Method`.
        deadline_s: total time for callers that set none; None: no limit.
        retryable_codes: after which an idempotent call is repeated.
        request_id_field: of the request; it takes no part in what replies are cached under.
    """

    path: str
    request_type: type[RequestT]
    reply_type: type[ReplyT]
    is_idempotent: bool = False
    retryable_codes: frozenset[Code] = frozenset()
    deadline_s: float | None = None
    paging: PagingFields | None = None
    cache: CachePolicy | None = None
    slate: SlateFields | None = None
    request_id_field: str = ""

    @property
    def name(self) -> str:
        """The path without its first slash, as telemetry names it."""
        return self.path[1:]
