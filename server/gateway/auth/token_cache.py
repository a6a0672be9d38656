"""Tokens that were verified, so that the next call with one costs a look-up."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from server.gateway.auth.caller import Caller


class TokenCache:
    """At most `capacity` callers by the digest of their token, the least recently used leaving.

    Those whose token has expired stay, so that being refused with one costs no more.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._callers: OrderedDict[bytes, Caller] = OrderedDict()

    def __len__(self) -> int:
        return len(self._callers)

    def get(self, token: str) -> Caller | None:
        """Return who was found to call with a token."""
        digest = _digest(token)
        caller = self._callers.get(digest)
        if caller is not None:
            self._callers.move_to_end(digest)
        return caller

    def put(self, token: str, caller: Caller) -> None:
        """Remember who calls with a token."""
        self._callers[_digest(token)] = caller
        if len(self._callers) > self._capacity:
            self._callers.popitem(last=False)

    def clear(self) -> None:
        """Forget all: the keys that vouched for them have changed."""
        self._callers.clear()


def _digest(token: str) -> bytes:
    # What lies in memory for a while should not be usable credentials.
    return hashlib.sha256(token.encode()).digest()
