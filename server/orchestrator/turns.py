"""Sharing the event loop between long steps of requests and everything short."""

from __future__ import annotations

import asyncio
from collections import deque

# gRPC hands over one request at a time, every two or three passes of the loop.
_PASSES = 8


class Turns:
    """Lets one long step run in every few passes of the loop, first come, first served.

    A step is pure CPU of a millisecond or two. Were there one in each pass for every request under
    way, new requests, which take several passes to arrive in Python, could not even be refused in
    time. Whoever takes a turn runs until it next waits for something. All calls come from one loop.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_taken = False

    async def take(self) -> None:
        """Return when it is this step's turn: at once, if none was taken lately."""
        loop = asyncio.get_running_loop()
        if not self._is_taken:
            self._is_taken = True
            loop.call_soon(self._pass, _PASSES)
            return
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _pass(self, left: int) -> None:
        loop = asyncio.get_running_loop()
        if left:
            loop.call_soon(self._pass, left - 1)
            return
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                loop.call_soon(self._pass, _PASSES)
                return
        self._is_taken = False
