"""Requests for recommendations, as the recommender's queries."""

from __future__ import annotations

import hashlib

from server.gateway.call import Call
from server.gateway.tokens import DIGEST_BYTES, Tokens
from server.gateway.translation.contexts import context_values, subject_of
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from server.orchestrator.query import RecommendQuery

DEFAULT_PAGE_SIZE = 20
# May differ between the pages of one feed.
_FREE_FIELDS = (
    *("page_size", "page_token", "read_mask", "include_reasons", "request_id"),
    *("session_id", "validate_only"),
)
# Leaves room for the shelf's number in an id of at most 128 characters.
_SHELF_ID_STEM = 120


def recommend_query(
    request: service.RecommendRequest, call: Call, tokens: Tokens
) -> RecommendQuery:
    """Return the query for a page of a feed.

    Raises:
        InvalidPageTokenError, PageTokenExpiredError.
    """
    digest = request_digest(request)
    token = request.page_token
    return RecommendQuery(
        serving_config=request.serving_config or "home",
        request_id=call.request_id,
        subject=subject_of(request),
        session_id=request.session_id,
        attributes=context_values(request.context),
        seed_item_ids=tuple(request.seed_item_ids),
        exclude_item_ids=tuple(request.exclude_item_ids),
        filter=request.filter,
        page_size=request.page_size or DEFAULT_PAGE_SIZE,
        page=tokens.read_feed_page(token, digest) if token else None,
        digest=digest,
        diversity=request.diversity if request.HasField("diversity") else None,
        include_reasons=request.include_reasons,
        validate_only=request.validate_only,
        deadline_s=call.deadline_s,
    )


def request_digest(request: service.RecommendRequest) -> bytes:
    """Return what identifies everything that must not change from page to page."""
    fixed = service.RecommendRequest()
    fixed.CopyFrom(request)
    for field in _FREE_FIELDS:
        fixed.ClearField(field)  # type: ignore[arg-type]  # the stub wants literals
    fixed.serving_config = request.serving_config or "home"
    if fixed.HasField("context"):
        fixed.context.ClearField("client_time")
        # Without it, a context may say as little as none.
        if not fixed.context.ByteSize():
            fixed.ClearField("context")
    # A newer client may not send the same unknown fields each time.
    fixed.DiscardUnknownFields()
    return hashlib.sha256(fixed.SerializeToString(deterministic=True)).digest()[:DIGEST_BYTES]


def similar_query(request: service.RecommendSimilarRequest, call: Call) -> RecommendQuery:
    """Return the query for items similar to one."""
    return RecommendQuery(
        serving_config=request.serving_config or "similar",
        request_id=call.request_id,
        attributes=context_values(request.context),
        filter=request.filter,
        page_size=request.page_size or DEFAULT_PAGE_SIZE,
        include_reasons=request.include_reasons,
        deadline_s=call.deadline_s,
    )


def trending_query(request: service.ListTrendingRequest, call: Call) -> RecommendQuery:
    """Return the query for trending items."""
    return RecommendQuery(
        serving_config=request.serving_config or "trending",
        request_id=call.request_id,
        attributes=context_values(request.context),
        filter=request.filter,
        page_size=request.page_size or DEFAULT_PAGE_SIZE,
        deadline_s=call.deadline_s,
    )


def rank_query(
    request: service.RankItemsRequest, call: Call
) -> tuple[tuple[str, ...], RecommendQuery]:
    """Return the items to rank, each once, and the query."""
    item_ids = tuple(dict.fromkeys(request.item_ids))
    query = RecommendQuery(
        serving_config=request.serving_config or "home",
        request_id=call.request_id,
        subject=subject_of(request),
        session_id=request.session_id,
        attributes=context_values(request.context),
        page_size=len(item_ids),
        include_reasons=request.include_reasons,
        deadline_s=call.deadline_s,
    )
    return item_ids, query


def shelf_queries(request: service.ComposePageRequest, call: Call) -> list[RecommendQuery]:
    """Return one query for each shelf; each is a slate of its own, with an id of its own."""
    subject = subject_of(request)
    attributes = context_values(request.context)
    excluded = tuple(request.exclude_item_ids)
    return [
        RecommendQuery(
            serving_config=shelf.serving_config or "home",
            request_id=f"{call.request_id[:_SHELF_ID_STEM]}.{index}",
            subject=subject,
            session_id=request.session_id,
            attributes=attributes,
            seed_item_ids=tuple(shelf.seed_item_ids),
            exclude_item_ids=excluded,
            filter=shelf.filter,
            page_size=shelf.page_size or DEFAULT_PAGE_SIZE,
            include_reasons=request.include_reasons,
            deadline_s=call.deadline_s,
        )
        for index, shelf in enumerate(request.shelves)
    ]
