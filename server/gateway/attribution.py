"""Which slate an event is credited to: one that its own subject was served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from server.core.subject import Subject
from server.gateway.tokens import SlateRef, Tokens
from server.observability.metrics import Metrics


class Merges(Protocol):
    """Which visitor belongs to which user; from memory."""

    def owner_of(self, visitor_id: str) -> str | None: ...

    def visitors_of(self, user_id: str) -> list[str]: ...


class Attribution:
    """Reads attribution tokens; one of somebody else's slate credits nothing.

    A slate belongs to its subject and to all that were merged with it. A visitor's slate also
    belongs to a user, who may have signed in since and be merged in a moment.
    """

    def __init__(self, tokens: Tokens, merges: Merges, metrics: Metrics) -> None:
        self._tokens = tokens
        self._merges = merges
        self._metrics = metrics

    def slate_of(self, token: str, subject: Subject, field: str) -> SlateRef:
        """Return the slate that an event of a subject came from; an empty one: none.

        Raises:
            InvalidRequestError: the token cannot be read; `field` is named.
        """
        slate = self._tokens.read_attribution(token, field)
        if not slate.subject_digest or slate.is_for(subject):
            return slate
        if slate.is_for_visitor and not subject.is_visitor:
            return slate
        if any(slate.is_for(each) for each in self._merged_with(subject)):
            return slate
        self._metrics.not_attributed()
        return SlateRef()

    def _merged_with(self, subject: Subject) -> Iterator[Subject]:
        owner = self._merges.owner_of(subject.id) if subject.is_visitor else subject.id
        if owner is not None:
            yield Subject(owner)
            for visitor in self._merges.visitors_of(owner):
                yield Subject(visitor, is_visitor=True)
