"""An identity provider's keys at an https address."""

from __future__ import annotations

import asyncio
import urllib.request
from email.message import Message
from http.client import HTTPException
from typing import IO, Final

from server.core.errors import UnavailableError

MAX_BYTES: Final = 1024 * 1024


class _StayThere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could lead to where anyone may answer."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        return None


class HttpsKeySet:
    """Implements `KeySetSource` with the standard library, on a thread."""

    def __init__(self, address: str, *, refresh_s: float, timeout_s: float) -> None:
        self.refresh_s = refresh_s
        self._address = address
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(_StayThere)

    async def read(self) -> bytes:
        """See KeySetSource."""
        try:
            async with asyncio.timeout(2 * self._timeout_s):
                return await asyncio.to_thread(self._fetch)
        except (OSError, HTTPException, TimeoutError) as error:
            raise UnavailableError(f"{self._address} cannot be read ({error})") from error

    def _fetch(self) -> bytes:
        request = urllib.request.Request(self._address, headers={"accept": "application/json"})
        with self._opener.open(request, timeout=self._timeout_s) as reply:
            raw: bytes = reply.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise HTTPException(f"more than {MAX_BYTES} bytes")
        return raw
