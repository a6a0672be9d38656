"""What the gateway needs of the recommender, and of who explains it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from server.orchestrator.query import RecommendQuery, ServedPage
from server.orchestrator.request_explanation.explanation import Question, RequestExplanation


class Recommender(Protocol):
    """Answers with pages of ranked items.

    Every method raises UnknownServingConfigError, InvalidFilterError, UnknownAttributeError,
    InvalidPageTokenError (the digest does not match the feed's), PageTokenExpiredError (the feed
    is gone) and DeadlineTooShortError; never for unknown users, seeds or items.
    """

    async def recommend(self, query: RecommendQuery) -> ServedPage:
        """Return one page of a personal feed."""
        ...

    async def similar(self, item_id: str, query: RecommendQuery) -> ServedPage:
        """Return items similar to one item; popular items if it is unknown."""
        ...

    async def trending(self, query: RecommendQuery) -> ServedPage:
        """Return trending items, filled up with popular ones."""
        ...

    async def rank(self, item_ids: Sequence[str], query: RecommendQuery) -> ServedPage:
        """Return the given items ranked by score alone."""
        ...

    async def compose(self, shelves: Sequence[RecommendQuery]) -> list[ServedPage]:
        """Return one page for each shelf; no item appears twice."""
        ...


class RecommendationExplainer(Protocol):
    """Says why a request is answered as it is; serves, logs and changes nothing."""

    async def explain(self, query: RecommendQuery, question: Question) -> RequestExplanation:
        """Return why the first page of a new feed is what it is.

        Raises:
            UnknownServingConfigError, InvalidFilterError, UnknownAttributeError,
            DeadlineTooShortError, UnavailableError.
        """
        ...
