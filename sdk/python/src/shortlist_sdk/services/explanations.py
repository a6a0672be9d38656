"""Says why a request is answered as it is.

Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL.
"""

from __future__ import annotations

from typing_extensions import TypedDict, Unpack

from shortlist_sdk import v1
from shortlist_sdk.admin import v1 as admin_v1
from shortlist_sdk.call_options import CallOptions
from shortlist_sdk.caller import Caller
from shortlist_sdk.codes import Code
from shortlist_sdk.method import Method
from shortlist_sdk.requests import request_of


class ExplainRecommendationRequestFields(TypedDict, total=False):
    """The fields of ExplainRecommendationRequest."""

    request: v1.RecommendRequest | None
    item_ids: list[str]
    max_dropped_items: int
    include_features: bool


EXPLAIN_RECOMMENDATION = Method(
    "/shortlist.admin.v1.ExplanationService/ExplainRecommendation",
    admin_v1.ExplainRecommendationRequest,
    admin_v1.ExplainRecommendationResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)


class ExplanationService:
    """Says why a request is answered as it is.

    Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
    OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def explain_recommendation(
        self,
        request: admin_v1.ExplainRecommendationRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ExplainRecommendationRequestFields],
    ) -> admin_v1.ExplainRecommendationResponse:
        """Answers a request as RecommendationService.Recommend would now, with the trace of
        every stage instead of a slate. Nothing is logged as served and no state changes.
        Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
        """
        message = request_of(admin_v1.ExplainRecommendationRequest, request, fields)
        return await self._caller.unary(EXPLAIN_RECOMMENDATION, message, call_options)
