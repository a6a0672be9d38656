"""Keeps albums."""

from __future__ import annotations

from typing_extensions import TypedDict, Unpack

from music_sdk import v1
from music_sdk._messages.google import longrunning, protobuf
from music_sdk.call_options import CallOptions
from music_sdk.caller import Caller
from music_sdk.codes import Code
from music_sdk.method import CachePolicy, Method, PagingFields
from music_sdk.operations import OperationHandle
from music_sdk.paging import Pager
from music_sdk.requests import request_of


class GetAlbumRequestFields(TypedDict, total=False):
    """The fields of GetAlbumRequest."""

    name: str
    read_mask: protobuf.FieldMask | None


class ListAlbumsRequestFields(TypedDict, total=False):
    """The fields of ListAlbumsRequest."""

    limit: int
    cursor: str
    mood: v1.Mood


class UpdateAlbumRequestFields(TypedDict, total=False):
    """The fields of UpdateAlbumRequest."""

    album: v1.Album | None
    update_mask: protobuf.FieldMask | None


class DeleteRequestFields(TypedDict, total=False):
    """The fields of DeleteRequest."""

    name: str


class ImportRequestFields(TypedDict, total=False):
    """The fields of ImportRequest."""

    path: str


GET_ALBUM = Method(
    "/music.v1.AlbumService/GetAlbum",
    v1.GetAlbumRequest,
    v1.Album,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE, Code.ABORTED}),
    deadline_s=3.0,
    cache=CachePolicy(max_age_s=60.0, stale_if_error_s=3600.0),
)
LIST_ALBUMS = Method(
    "/music.v1.AlbumService/ListAlbums",
    v1.ListAlbumsRequest,
    v1.ListAlbumsResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=1.5,
    paging=PagingFields(
        page_size="limit", page_token="cursor", items="albums", next_page_token="next_cursor"
    ),
)
UPDATE_ALBUM = Method(
    "/music.v1.AlbumService/UpdateAlbum",
    v1.UpdateAlbumRequest,
    v1.Album,
    deadline_s=3.0,
)
DELETE = Method(
    "/music.v1.AlbumService/Delete",
    v1.DeleteRequest,
    protobuf.Empty,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=3.0,
)
IMPORT = Method(
    "/music.v1.AlbumService/Import",
    v1.ImportRequest,
    longrunning.Operation,
    deadline_s=30.0,
)


class AlbumService:
    """Keeps albums."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get_album(
        self,
        request: v1.GetAlbumRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[GetAlbumRequestFields],
    ) -> v1.Album:
        """Returns an album. Errors: ALBUM_NOT_FOUND."""
        message = request_of(v1.GetAlbumRequest, request, fields)
        return await self._caller.unary(GET_ALBUM, message, call_options)

    async def list_albums(
        self,
        request: v1.ListAlbumsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListAlbumsRequestFields],
    ) -> v1.ListAlbumsResponse:
        """Lists albums."""
        message = request_of(v1.ListAlbumsRequest, request, fields)
        return await self._caller.unary(LIST_ALBUMS, message, call_options)

    def list_albums_pager(
        self,
        request: v1.ListAlbumsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListAlbumsRequestFields],
    ) -> Pager[v1.ListAlbumsRequest, v1.ListAlbumsResponse, v1.Album]:
        """Go through all albums, fetching pages as they are reached.

        See `list_albums`. `max_items` of the call's options ends it early.
        """
        message = request_of(v1.ListAlbumsRequest, request, fields)
        return Pager(self._caller, LIST_ALBUMS, message, call_options)

    async def update_album(
        self,
        request: v1.UpdateAlbumRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[UpdateAlbumRequestFields],
    ) -> v1.Album:
        """Changes an album."""
        message = request_of(v1.UpdateAlbumRequest, request, fields)
        return await self._caller.unary(UPDATE_ALBUM, message, call_options)

    async def delete(
        self,
        request: v1.DeleteRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[DeleteRequestFields],
    ) -> None:
        """Deletes an album. Its name is a keyword in some languages."""
        message = request_of(v1.DeleteRequest, request, fields)
        await self._caller.unary(DELETE, message, call_options)

    async def import_(
        self,
        request: v1.ImportRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ImportRequestFields],
    ) -> OperationHandle[v1.ImportResponse, v1.ImportMetadata]:
        """Imports a folder of albums."""
        message = request_of(v1.ImportRequest, request, fields)
        operation = await self._caller.unary(IMPORT, message, call_options)
        return OperationHandle(self._caller, operation, v1.ImportResponse, v1.ImportMetadata)
