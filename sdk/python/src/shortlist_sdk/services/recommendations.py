"""Answers with slates: ranked lists of items for a subject, an item or a page.

An unknown user, an unknown seed, an empty history and fewer candidates than asked for are
not errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT,
SUBJECT_MISMATCH, QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE
and INTERNAL. A reply may be kept for 5 seconds, so long as an item that was deleted
meanwhile may still be in it.
"""

from __future__ import annotations

from typing_extensions import TypedDict, Unpack

from shortlist_sdk import v1
from shortlist_sdk._messages.google import protobuf
from shortlist_sdk.call_options import CallOptions
from shortlist_sdk.caller import Caller
from shortlist_sdk.codes import Code
from shortlist_sdk.method import CachePolicy, Method, PagingFields, SlateFields
from shortlist_sdk.paging import Pager
from shortlist_sdk.requests import request_of


class RecommendRequestFields(TypedDict, total=False):
    """The fields of RecommendRequest."""

    serving_config: str
    user_id: str | None
    visitor_id: str | None
    session_id: str
    context: v1.RequestContext | None
    seed_item_ids: list[str]
    exclude_item_ids: list[str]
    filter: str
    page_size: int
    page_token: str
    read_mask: protobuf.FieldMask | None
    diversity: float | None
    request_id: str
    validate_only: bool
    include_reasons: bool


class RecommendSimilarRequestFields(TypedDict, total=False):
    """The fields of RecommendSimilarRequest."""

    item_id: str
    serving_config: str
    context: v1.RequestContext | None
    filter: str
    page_size: int
    read_mask: protobuf.FieldMask | None
    include_reasons: bool
    request_id: str


class ListTrendingRequestFields(TypedDict, total=False):
    """The fields of ListTrendingRequest."""

    serving_config: str
    context: v1.RequestContext | None
    filter: str
    page_size: int
    read_mask: protobuf.FieldMask | None
    request_id: str


class RankItemsRequestFields(TypedDict, total=False):
    """The fields of RankItemsRequest."""

    serving_config: str
    user_id: str | None
    visitor_id: str | None
    session_id: str
    context: v1.RequestContext | None
    item_ids: list[str]
    read_mask: protobuf.FieldMask | None
    include_reasons: bool
    request_id: str


class ComposePageRequestFields(TypedDict, total=False):
    """The fields of ComposePageRequest."""

    user_id: str | None
    visitor_id: str | None
    session_id: str
    context: v1.RequestContext | None
    shelves: list[v1.ShelfRequest]
    exclude_item_ids: list[str]
    read_mask: protobuf.FieldMask | None
    include_reasons: bool
    request_id: str


RECOMMEND = Method(
    "/shortlist.v1.RecommendationService/Recommend",
    v1.RecommendRequest,
    v1.RecommendResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=2.0,
    paging=PagingFields(
        page_size="page_size",
        page_token="page_token",
        items="recommendations",
        next_page_token="next_page_token",
    ),
    cache=CachePolicy(max_age_s=5.0, stale_if_error_s=86400.0),
    slate=SlateFields(
        items="recommendations",
        item_id="item_id",
        position="position",
        attribution_token="attribution_token",
    ),
    request_id_field="request_id",
)
RECOMMEND_SIMILAR = Method(
    "/shortlist.v1.RecommendationService/RecommendSimilar",
    v1.RecommendSimilarRequest,
    v1.RecommendSimilarResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=2.0,
    cache=CachePolicy(max_age_s=5.0, stale_if_error_s=86400.0),
    slate=SlateFields(
        items="recommendations",
        item_id="item_id",
        position="position",
        attribution_token="attribution_token",
    ),
    request_id_field="request_id",
)
LIST_TRENDING = Method(
    "/shortlist.v1.RecommendationService/ListTrending",
    v1.ListTrendingRequest,
    v1.ListTrendingResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=2.0,
    cache=CachePolicy(max_age_s=5.0, stale_if_error_s=86400.0),
    slate=SlateFields(
        items="recommendations",
        item_id="item_id",
        position="position",
        attribution_token="attribution_token",
    ),
    request_id_field="request_id",
)
RANK_ITEMS = Method(
    "/shortlist.v1.RecommendationService/RankItems",
    v1.RankItemsRequest,
    v1.RankItemsResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=2.0,
    slate=SlateFields(
        items="recommendations",
        item_id="item_id",
        position="position",
        attribution_token="attribution_token",
    ),
    request_id_field="request_id",
)
COMPOSE_PAGE = Method(
    "/shortlist.v1.RecommendationService/ComposePage",
    v1.ComposePageRequest,
    v1.ComposePageResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=3.0,
    cache=CachePolicy(max_age_s=5.0, stale_if_error_s=86400.0),
    request_id_field="request_id",
)


class RecommendationService:
    """Answers with slates: ranked lists of items for a subject, an item or a page.

    An unknown user, an unknown seed, an empty history and fewer candidates than asked for
    are not errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT,
    SUBJECT_MISMATCH, QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT,
    DEPENDENCY_UNAVAILABLE and INTERNAL. A reply may be kept for 5 seconds, so long as an
    item that was deleted meanwhile may still be in it.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def recommend(
        self,
        request: v1.RecommendRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[RecommendRequestFields],
    ) -> v1.RecommendResponse:
        """Returns one page of a personal feed. Errors: INVALID_REQUEST, INVALID_FILTER,
        UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN, PAGE_TOKEN_EXPIRED, UNKNOWN_SERVING_CONFIG.
        """
        message = request_of(v1.RecommendRequest, request, fields)
        return await self._caller.unary(RECOMMEND, message, call_options)

    def recommend_pager(
        self,
        request: v1.RecommendRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[RecommendRequestFields],
    ) -> Pager[v1.RecommendRequest, v1.RecommendResponse, v1.Recommendation]:
        """Go through all recommendations, fetching pages as they are reached.

        See `recommend`. `max_items` of the call's options ends it early.
        """
        message = request_of(v1.RecommendRequest, request, fields)
        return Pager(self._caller, RECOMMEND, message, call_options)

    async def recommend_similar(
        self,
        request: v1.RecommendSimilarRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[RecommendSimilarRequestFields],
    ) -> v1.RecommendSimilarResponse:
        """Returns items similar to one item, without a subject; an unknown item gets popular
        items. Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE,
        UNKNOWN_SERVING_CONFIG.
        """
        message = request_of(v1.RecommendSimilarRequest, request, fields)
        return await self._caller.unary(RECOMMEND_SIMILAR, message, call_options)

    async def list_trending(
        self,
        request: v1.ListTrendingRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListTrendingRequestFields],
    ) -> v1.ListTrendingResponse:
        """Returns the items that are engaged with unusually often right now, without a
        subject. Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE,
        UNKNOWN_SERVING_CONFIG.
        """
        message = request_of(v1.ListTrendingRequest, request, fields)
        return await self._caller.unary(LIST_TRENDING, message, call_options)

    async def rank_items(
        self,
        request: v1.RankItemsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[RankItemsRequestFields],
    ) -> v1.RankItemsResponse:
        """Ranks the given items for a subject. Items that are unknown, deleted or unavailable
        are listed in `skipped_item_ids`. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
        """
        message = request_of(v1.RankItemsRequest, request, fields)
        return await self._caller.unary(RANK_ITEMS, message, call_options)

    async def compose_page(
        self,
        request: v1.ComposePageRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ComposePageRequestFields],
    ) -> v1.ComposePageResponse:
        """Composes a page of several shelves; no item appears twice on the page. Errors:
        INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
        """
        message = request_of(v1.ComposePageRequest, request, fields)
        return await self._caller.unary(COMPOSE_PAGE, message, call_options)
