"""Takes what is played."""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, AsyncIterator

from typing_extensions import TypedDict, Unpack

from music_sdk import v1
from music_sdk.call_options import CallOptions
from music_sdk.caller import Caller
from music_sdk.codes import Code
from music_sdk.method import Method
from music_sdk.requests import request_of


class WritePlaysRequestFields(TypedDict, total=False):
    """The fields of WritePlaysRequest."""

    plays: list[v1.Play]
    clock: datetime.datetime | None


WRITE_PLAYS = Method(
    "/music.v1.PlayService/WritePlays",
    v1.WritePlaysRequest,
    v1.WritePlaysResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
STREAM_PLAYS = Method(
    "/music.v1.PlayService/StreamPlays",
    v1.StreamPlaysRequest,
    v1.StreamPlaysResponse,
    is_idempotent=True,
)


class PlayService:
    """Takes what is played."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def write_plays(
        self,
        request: v1.WritePlaysRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[WritePlaysRequestFields],
    ) -> v1.WritePlaysResponse:
        """Writes plays and answers for each."""
        message = request_of(v1.WritePlaysRequest, request, fields)
        return await self._caller.unary(WRITE_PLAYS, message, call_options)

    def stream_plays(
        self,
        requests: AsyncIterator[v1.StreamPlaysRequest],
        /,
        *,
        call_options: CallOptions | None = None,
    ) -> AsyncGenerator[v1.StreamPlaysResponse, None]:
        """Writes plays as they come."""
        return self._caller.stream(STREAM_PLAYS, requests, call_options)
