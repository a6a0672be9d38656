"""shortlist.v1.RecommendationService."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from google.protobuf.field_mask_pb2 import FieldMask

from server.catalog.ports import Catalog
from server.core.subject import Subject
from server.gateway.call import Call
from server.gateway.shared_replies import SharedReplies
from server.gateway.tokens import Tokens
from server.gateway.translation.attributes import DeclaredAttributes
from server.gateway.translation.contexts import subject_of
from server.gateway.translation.field_masks import Paths
from server.gateway.translation.items import item_message, item_paths
from server.gateway.translation.queries import (
    rank_query,
    recommend_query,
    shelf_queries,
    similar_query,
    trending_query,
)
from server.gateway.translation.recommendations import (
    degradation_messages,
    exposure_messages,
    model_version_messages,
    recommendation_messages,
)
from server.gen.shortlist.v1 import item_pb2
from server.gen.shortlist.v1 import recommendation_service_pb2 as service
from server.orchestrator.ports import Recommender
from server.orchestrator.query import ServedPage


class RecommendationServicer:
    """Answers with slates."""

    def __init__(
        self,
        recommender: Recommender,
        catalog: Catalog,
        tokens: Tokens,
        declared: DeclaredAttributes,
        shared_replies: SharedReplies,
    ) -> None:
        self._recommender = recommender
        self._catalog = catalog
        self._tokens = tokens
        self._declared = declared
        self._shared_replies = shared_replies

    async def recommend(
        self, request: service.RecommendRequest, call: Call
    ) -> service.RecommendResponse:
        """Return one page of a personal feed."""
        paths = self._read_paths(request.read_mask)
        query = recommend_query(request, call, self._tokens)
        page = await self._recommender.recommend(query)
        if request.validate_only:
            return service.RecommendResponse(request_id=call.request_id)
        response = service.RecommendResponse(
            recommendations=recommendation_messages(page.items, await self._details([page], paths)),
            attribution_token=self._tokens.attribution(page, query.subject),
            model_versions=model_version_messages([page]),
            exposures=exposure_messages([page]),
            degradations=degradation_messages(page.degradations),
            session_id=page.session_id,
            request_id=call.request_id,
        )
        if page.next_page is not None:
            response.next_page_token = self._tokens.feed_page(
                page.next_page, query.digest, page.feed_ttl_s
            )
        return response

    async def recommend_similar(
        self, request: service.RecommendSimilarRequest, call: Call
    ) -> service.RecommendSimilarResponse:
        """Return items similar to one."""
        paths = self._read_paths(request.read_mask)
        page = await self._recommender.similar(request.item_id, similar_query(request, call))
        response = service.RecommendSimilarResponse(
            recommendations=recommendation_messages(page.items, await self._details([page], paths)),
            attribution_token=self._tokens.attribution(page, None),
            model_versions=model_version_messages([page]),
            degradations=degradation_messages(page.degradations),
            request_id=call.request_id,
        )
        call.reply_headers = self._shared_replies.headers(page, response.recommendations)
        return response

    async def list_trending(
        self, request: service.ListTrendingRequest, call: Call
    ) -> service.ListTrendingResponse:
        """Return what is trending."""
        paths = self._read_paths(request.read_mask)
        page = await self._recommender.trending(trending_query(request, call))
        response = service.ListTrendingResponse(
            recommendations=recommendation_messages(page.items, await self._details([page], paths)),
            attribution_token=self._tokens.attribution(page, None),
            degradations=degradation_messages(page.degradations),
            request_id=call.request_id,
        )
        call.reply_headers = self._shared_replies.headers(page, response.recommendations)
        return response

    async def rank_items(
        self, request: service.RankItemsRequest, call: Call
    ) -> service.RankItemsResponse:
        """Return the given items, ranked."""
        paths = self._read_paths(request.read_mask)
        item_ids, query = rank_query(request, call)
        page = await self._recommender.rank(item_ids, query)
        return service.RankItemsResponse(
            recommendations=recommendation_messages(page.items, await self._details([page], paths)),
            skipped_item_ids=page.skipped_item_ids,
            attribution_token=self._tokens.attribution(page, query.subject),
            model_versions=model_version_messages([page]),
            exposures=exposure_messages([page]),
            degradations=degradation_messages(page.degradations),
            request_id=call.request_id,
        )

    async def compose_page(
        self, request: service.ComposePageRequest, call: Call
    ) -> service.ComposePageResponse:
        """Return a page of shelves."""
        paths = self._read_paths(request.read_mask)
        subject = subject_of(request)
        pages = await self._recommender.compose(shelf_queries(request, call))
        details = await self._details(pages, paths)
        return service.ComposePageResponse(
            shelves=[self._shelf(page, details, subject) for page in pages],
            exposures=exposure_messages(pages),
            model_versions=model_version_messages(pages),
            session_id=next((page.session_id for page in pages), request.session_id),
            request_id=call.request_id,
        )

    def _shelf(
        self,
        page: ServedPage,
        details: Mapping[str, item_pb2.Item] | None,
        subject: Subject | None,
    ) -> service.Shelf:
        return service.Shelf(
            serving_config=page.serving_config,
            recommendations=recommendation_messages(page.items, details),
            attribution_token=self._tokens.attribution(page, subject),
            degradations=degradation_messages(page.degradations),
        )

    def _read_paths(self, mask: FieldMask) -> Paths | None:
        """Return which fields of the items to read; None: ids only."""
        if not mask.paths:
            return None
        return item_paths(mask, "read_mask", self._declared.of_items())

    async def _details(
        self, pages: Iterable[ServedPage], paths: Paths | None
    ) -> Mapping[str, item_pb2.Item] | None:
        """Return what is asked for of each item, in one round trip; deleted ones are missing."""
        if paths is None:
            return None
        item_ids = [item.item_id for page in pages for item in page.items]
        found = await self._catalog.get(item_ids)
        declared = self._declared.of_items()
        return {
            item.item_id: item_message(item, declared, paths) for item in found if item is not None
        }
