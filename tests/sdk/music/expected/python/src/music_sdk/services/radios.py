"""Plays without end."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from typing_extensions import TypedDict, Unpack

from music_sdk import v1
from music_sdk.call_options import CallOptions
from music_sdk.caller import Caller
from music_sdk.codes import Code
from music_sdk.method import CachePolicy, Method, PagingFields, SlateFields
from music_sdk.paging import Pager
from music_sdk.requests import request_of, single


class NextTracksRequestFields(TypedDict, total=False):
    """The fields of NextTracksRequest."""

    station: str
    listener_id: str | None
    device_id: str | None
    count: int
    cursor: str
    request_id: str


class WatchStationRequestFields(TypedDict, total=False):
    """The fields of WatchStationRequest."""

    station: str


NEXT_TRACKS = Method(
    "/music.v1.RadioService/NextTracks",
    v1.NextTracksRequest,
    v1.NextTracksResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=2.0,
    paging=PagingFields(
        page_size="count", page_token="cursor", items="picks", next_page_token="next_cursor"
    ),
    cache=CachePolicy(max_age_s=10.0, stale_if_error_s=600.0),
    slate=SlateFields(
        items="picks", item_id="track_id", position="place", attribution_token="radio_token"
    ),
    request_id_field="request_id",
)
WATCH_STATION = Method(
    "/music.v1.RadioService/WatchStation",
    v1.WatchStationRequest,
    v1.WatchStationResponse,
    is_idempotent=True,
)


class RadioService:
    """Plays without end."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def next_tracks(
        self,
        request: v1.NextTracksRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[NextTracksRequestFields],
    ) -> v1.NextTracksResponse:
        """Returns the next tracks of a station."""
        message = request_of(v1.NextTracksRequest, request, fields)
        return await self._caller.unary(NEXT_TRACKS, message, call_options)

    def next_tracks_pager(
        self,
        request: v1.NextTracksRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[NextTracksRequestFields],
    ) -> Pager[v1.NextTracksRequest, v1.NextTracksResponse, v1.Pick]:
        """Go through all picks, fetching pages as they are reached.

        See `next_tracks`. `max_items` of the call's options ends it early.
        """
        message = request_of(v1.NextTracksRequest, request, fields)
        return Pager(self._caller, NEXT_TRACKS, message, call_options)

    def watch_station(
        self,
        request: v1.WatchStationRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[WatchStationRequestFields],
    ) -> AsyncGenerator[v1.WatchStationResponse, None]:
        """Tells what a station plays, until the caller has heard enough."""
        message = request_of(v1.WatchStationRequest, request, fields)
        return self._caller.stream(WATCH_STATION, single(message), call_options)
