"""What HTTP caches are told of a reply that anyone may get; in gRPC it is initial metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from google.protobuf.message import Message

from server.orchestrator.query import ServedPage
from server.orchestrator.shared_pages import may_be_kept

_ETAG_DIGITS = 32


class SharedReplies:
    """Writes the headers of shared replies.

    A reply is fresh for `max_age_s`, counted from when its page was made, wherever it was kept in
    between: so long a deleted item may live on in caches. There is no stale-while-revalidate and no
    stale-if-error for the same reason.
    """

    def __init__(self, max_age_s: float) -> None:
        self._max_age_s = max_age_s

    def headers(self, page: ServedPage, shown: Iterable[Message]) -> tuple[tuple[str, str], ...]:
        """Return the headers; none for a reply that may not be kept.

        Args:
            shown: the recommendations. The tag says whether these changed: ids and tokens of the
                reply differ with every page that is made.
        """
        if not may_be_kept(page) or self._max_age_s < 1:
            return ()
        digest = hashlib.sha256()
        for each in shown:
            digest.update(each.SerializeToString(deterministic=True))
        source = "fwd=miss" if page.age_s is None else "hit"
        return (
            ("cache-control", f"public, max-age={int(self._max_age_s)}"),
            # Weak: JSON and protobuf forms of one reply share it.
            ("etag", f'W/"{digest.hexdigest()[:_ETAG_DIGITS]}"'),
            ("age", str(int(page.age_s or 0))),
            ("cache-status", f"shortlist; {source}"),
        )
