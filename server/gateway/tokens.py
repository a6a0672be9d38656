"""The opaque tokens of the contract: page tokens and attribution tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from server.core.clock import Clock
from server.core.errors import InvalidPageTokenError, InvalidRequestError, PageTokenExpiredError
from server.core.subject import Subject
from server.gateway.key_ring import KeyRing, UnreadableTokenError
from server.gen.shortlist.internal.v1 import token_pb2
from server.orchestrator.query import PageRef, ServedItem, ServedPage

DIGEST_BYTES = 16
_FEED, _LIST, _ATTRIBUTION = "feed", "list", "attribution"


class SlateRef(NamedTuple):
    """The slate that an event came from; without a digest it was for nobody in particular."""

    request_id: str = ""
    serving_config: str = ""
    subject_digest: bytes = b""
    is_for_visitor: bool = False

    def is_for(self, subject: Subject) -> bool:
        """Tell whether it was served to a subject."""
        return self.subject_digest == subject_digest(self.request_id, subject)


class Tokens:
    """Writes and reads tokens with one key ring."""

    def __init__(self, ring: KeyRing, clock: Clock) -> None:
        self._ring = ring
        self._clock = clock

    def feed_page(self, page: PageRef, digest: bytes, ttl_s: int) -> str:
        """Return the token of a feed's page; `digest` binds it to the request."""
        payload = token_pb2.FeedPageToken(
            feed_id=page.feed_id, offset=page.offset, request_digest=digest
        )
        payload.expire_time.FromMilliseconds(self._clock.now_ms() + ttl_s * 1000)
        return self._ring.sign(_FEED, payload.SerializeToString())

    def read_feed_page(self, token: str, digest: bytes) -> PageRef:
        """Return the page that a token stands for.

        Raises:
            InvalidPageTokenError: malformed, foreign, or of another request.
            PageTokenExpiredError: its time is over.
        """
        payload = token_pb2.FeedPageToken.FromString(self._page_payload(_FEED, token))
        if payload.expire_time.ToMilliseconds() <= self._clock.now_ms():
            raise PageTokenExpiredError("the feed has expired; start a new one")
        _require_same_request(payload.request_digest, digest)
        return PageRef(payload.feed_id, payload.offset)

    def list_page(self, after: str, digest: bytes) -> str:
        """Return the token of a listing's page; it doesn't expire."""
        payload = token_pb2.ListPageToken(after=after, request_digest=digest)
        return self._ring.sign(_LIST, payload.SerializeToString())

    def read_list_page(self, token: str, digest: bytes) -> str:
        """Return the key that a listing continues after.

        Raises:
            InvalidPageTokenError: malformed, foreign, or of another request.
        """
        payload = token_pb2.ListPageToken.FromString(self._page_payload(_LIST, token))
        _require_same_request(payload.request_digest, digest)
        return payload.after

    def attribution(self, page: ServedPage, subject: Subject | None) -> str:
        """Return the token that events of this page bring back; a shared page is for nobody."""
        served = None if page.is_shared else subject
        versions = {"retrieval": page.model_version, "ranker": page.model_version}
        payload = token_pb2.AttributionToken(
            request_id=page.request_id,
            serving_config=page.serving_config,
            variants=dict(page.exposures),
            model_versions=versions if page.model_version else {},
            slate_digest=slate_digest(page.items),
            shared=page.is_shared,
            subject_digest=b"" if served is None else subject_digest(page.request_id, served),
            visitor=served is not None and served.is_visitor,
        )
        return self._ring.sign(_ATTRIBUTION, payload.SerializeToString(deterministic=True))

    def read_attribution(self, token: str, field: str) -> SlateRef:
        """Return the slate that a token stands for; an empty token stands for none.

        Raises:
            InvalidRequestError: the token cannot be read; `field` is named.
        """
        if not token:
            return SlateRef()
        try:
            payload = token_pb2.AttributionToken.FromString(self._ring.verify(_ATTRIBUTION, token))
        except UnreadableTokenError as error:
            raise InvalidRequestError.of(
                field, f"is not a token of this system: {error}"
            ) from error
        return SlateRef(
            payload.request_id, payload.serving_config, payload.subject_digest, payload.visitor
        )

    def _page_payload(self, kind: str, token: str) -> bytes:
        try:
            return self._ring.verify(kind, token)
        except UnreadableTokenError as error:
            raise InvalidPageTokenError.of(
                "page_token", f"is not a page token of this method: {error}"
            ) from error


def slate_digest(items: Iterable[ServedItem]) -> bytes:
    """Return what identifies a slate: its item ids and positions in display order."""
    text = "\n".join(f"{item.position} {item.item_id}" for item in items)
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def subject_digest(request_id: str, subject: Subject) -> bytes:
    """Return what tells whether a slate was served to a subject, without naming it."""
    text = f"{request_id}\n{subject.key}"
    return hashlib.sha256(text.encode()).digest()[:DIGEST_BYTES]


def _require_same_request(of_token: bytes, of_request: bytes) -> None:
    if of_token != of_request:
        raise InvalidPageTokenError.of("page_token", "belongs to a request with other fields")
