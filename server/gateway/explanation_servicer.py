"""shortlist.admin.v1.ExplanationService."""

from __future__ import annotations

from dataclasses import replace

from server.core.errors import InvalidRequestError
from server.gateway.call import Call
from server.gateway.tokens import Tokens
from server.gateway.translation.explanations import explanation_message
from server.gateway.translation.queries import recommend_query
from server.gateway.translation.violations import by_path
from server.gen.shortlist.admin.v1 import explanation_service_pb2 as service
from server.orchestrator.ports import RecommendationExplainer
from server.orchestrator.request_explanation.explanation import Question


class ExplanationServicer:
    """Says why."""

    def __init__(self, explainer: RecommendationExplainer, tokens: Tokens) -> None:
        self._explainer = explainer
        self._tokens = tokens

    async def explain_recommendation(
        self, request: service.ExplainRecommendationRequest, call: Call
    ) -> service.ExplainRecommendationResponse:
        """Answer a request with its trace instead of a slate."""
        asked = request.request
        if asked.page_token:
            raise InvalidRequestError.of(
                "request.page_token", "must be empty: the first page of a new feed is explained"
            )
        query = replace(
            recommend_query(asked, call, self._tokens),
            request_id=asked.request_id or call.request_id,
            include_reasons=True,
            validate_only=False,
        )
        question = Question(
            item_ids=tuple(request.item_ids),
            most_dropped=request.max_dropped_items,
            includes_features=request.include_features,
        )
        with by_path("request.{}".format):
            return explanation_message(await self._explainer.explain(query, question))
