"""Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
unavailable it never appears.

Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
"""

from __future__ import annotations

from typing_extensions import TypedDict, Unpack

from shortlist_sdk import v1
from shortlist_sdk._messages.google import longrunning, protobuf
from shortlist_sdk.call_options import CallOptions
from shortlist_sdk.caller import Caller
from shortlist_sdk.codes import Code
from shortlist_sdk.method import Method, PagingFields
from shortlist_sdk.operations import OperationHandle
from shortlist_sdk.paging import Pager
from shortlist_sdk.requests import request_of


class GetCatalogRequestFields(TypedDict, total=False):
    """The fields of GetCatalogRequest."""

    pass


class UpdateCatalogRequestFields(TypedDict, total=False):
    """The fields of UpdateCatalogRequest."""

    catalog: v1.Catalog | None
    update_mask: protobuf.FieldMask | None
    validate_only: bool


class GetItemRequestFields(TypedDict, total=False):
    """The fields of GetItemRequest."""

    name: str
    read_mask: protobuf.FieldMask | None


class ListItemsRequestFields(TypedDict, total=False):
    """The fields of ListItemsRequest."""

    page_size: int
    page_token: str
    filter: str
    read_mask: protobuf.FieldMask | None


class CreateItemRequestFields(TypedDict, total=False):
    """The fields of CreateItemRequest."""

    item: v1.Item | None
    item_id: str
    validate_only: bool


class UpdateItemRequestFields(TypedDict, total=False):
    """The fields of UpdateItemRequest."""

    item: v1.Item | None
    update_mask: protobuf.FieldMask | None
    allow_missing: bool
    validate_only: bool


class DeleteItemRequestFields(TypedDict, total=False):
    """The fields of DeleteItemRequest."""

    name: str
    allow_missing: bool


class BatchUpsertItemsRequestFields(TypedDict, total=False):
    """The fields of BatchUpsertItemsRequest."""

    items: list[v1.Item]


class ImportItemsRequestFields(TypedDict, total=False):
    """The fields of ImportItemsRequest."""

    path: str
    item_id_column: str
    list_separator: str


GET_CATALOG = Method(
    "/shortlist.v1.CatalogService/GetCatalog",
    v1.GetCatalogRequest,
    v1.Catalog,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
UPDATE_CATALOG = Method(
    "/shortlist.v1.CatalogService/UpdateCatalog",
    v1.UpdateCatalogRequest,
    v1.Catalog,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
GET_ITEM = Method(
    "/shortlist.v1.CatalogService/GetItem",
    v1.GetItemRequest,
    v1.Item,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=5.0,
)
LIST_ITEMS = Method(
    "/shortlist.v1.CatalogService/ListItems",
    v1.ListItemsRequest,
    v1.ListItemsResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
    paging=PagingFields(
        page_size="page_size",
        page_token="page_token",
        items="items",
        next_page_token="next_page_token",
    ),
)
CREATE_ITEM = Method(
    "/shortlist.v1.CatalogService/CreateItem",
    v1.CreateItemRequest,
    v1.Item,
    deadline_s=10.0,
)
UPDATE_ITEM = Method(
    "/shortlist.v1.CatalogService/UpdateItem",
    v1.UpdateItemRequest,
    v1.Item,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=10.0,
)
DELETE_ITEM = Method(
    "/shortlist.v1.CatalogService/DeleteItem",
    v1.DeleteItemRequest,
    protobuf.Empty,
    deadline_s=10.0,
)
BATCH_UPSERT_ITEMS = Method(
    "/shortlist.v1.CatalogService/BatchUpsertItems",
    v1.BatchUpsertItemsRequest,
    v1.BatchUpsertItemsResponse,
    is_idempotent=True,
    retryable_codes=frozenset({Code.UNAVAILABLE}),
    deadline_s=30.0,
)
IMPORT_ITEMS = Method(
    "/shortlist.v1.CatalogService/ImportItems",
    v1.ImportItemsRequest,
    longrunning.Operation,
    deadline_s=30.0,
)


class CatalogService:
    """Keeps the catalogue. A written item is recommendable within seconds; while it is deleted
    or unavailable it never appears.

    Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
    OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def get_catalog(
        self,
        request: v1.GetCatalogRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[GetCatalogRequestFields],
    ) -> v1.Catalog:
        """Returns the attribute schema."""
        message = request_of(v1.GetCatalogRequest, request, fields)
        return await self._caller.unary(GET_CATALOG, message, call_options)

    async def update_catalog(
        self,
        request: v1.UpdateCatalogRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[UpdateCatalogRequestFields],
    ) -> v1.Catalog:
        """Declares attributes; additive only. Errors: INVALID_REQUEST for a removed attribute
        or a changed type.
        """
        message = request_of(v1.UpdateCatalogRequest, request, fields)
        return await self._caller.unary(UPDATE_CATALOG, message, call_options)

    async def get_item(
        self,
        request: v1.GetItemRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[GetItemRequestFields],
    ) -> v1.Item:
        """Returns one item. Errors: INVALID_REQUEST, ITEM_NOT_FOUND."""
        message = request_of(v1.GetItemRequest, request, fields)
        return await self._caller.unary(GET_ITEM, message, call_options)

    async def list_items(
        self,
        request: v1.ListItemsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListItemsRequestFields],
    ) -> v1.ListItemsResponse:
        """Lists items in the order of their creation. Errors: INVALID_REQUEST, INVALID_FILTER,
        UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN.
        """
        message = request_of(v1.ListItemsRequest, request, fields)
        return await self._caller.unary(LIST_ITEMS, message, call_options)

    def list_items_pager(
        self,
        request: v1.ListItemsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ListItemsRequestFields],
    ) -> Pager[v1.ListItemsRequest, v1.ListItemsResponse, v1.Item]:
        """Go through all items, fetching pages as they are reached.

        See `list_items`. `max_items` of the call's options ends it early.
        """
        message = request_of(v1.ListItemsRequest, request, fields)
        return Pager(self._caller, LIST_ITEMS, message, call_options)

    async def create_item(
        self,
        request: v1.CreateItemRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[CreateItemRequestFields],
    ) -> v1.Item:
        """Creates an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_ALREADY_EXISTS."""
        message = request_of(v1.CreateItemRequest, request, fields)
        return await self._caller.unary(CREATE_ITEM, message, call_options)

    async def update_item(
        self,
        request: v1.UpdateItemRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[UpdateItemRequestFields],
    ) -> v1.Item:
        """Changes an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_NOT_FOUND."""
        message = request_of(v1.UpdateItemRequest, request, fields)
        return await self._caller.unary(UPDATE_ITEM, message, call_options)

    async def delete_item(
        self,
        request: v1.DeleteItemRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[DeleteItemRequestFields],
    ) -> None:
        """Deletes an item; it never appears again from then on. Errors: INVALID_REQUEST,
        ITEM_NOT_FOUND.
        """
        message = request_of(v1.DeleteItemRequest, request, fields)
        await self._caller.unary(DELETE_ITEM, message, call_options)

    async def batch_upsert_items(
        self,
        request: v1.BatchUpsertItemsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[BatchUpsertItemsRequestFields],
    ) -> v1.BatchUpsertItemsResponse:
        """Creates or replaces up to 1,000 items and answers for each. Errors of the whole
        batch: INVALID_REQUEST, BATCH_TOO_LARGE.
        """
        message = request_of(v1.BatchUpsertItemsRequest, request, fields)
        return await self._caller.unary(BATCH_UPSERT_ITEMS, message, call_options)

    async def import_items(
        self,
        request: v1.ImportItemsRequest | None = None,
        /,
        *,
        call_options: CallOptions | None = None,
        **fields: Unpack[ImportItemsRequestFields],
    ) -> OperationHandle[v1.ImportItemsResponse, v1.ImportItemsMetadata]:
        """Imports a file of items that lies in the deployment's import folder. Errors:
        INVALID_REQUEST. The operation's response is ImportItemsResponse, its metadata
        ImportItemsMetadata.
        """
        message = request_of(v1.ImportItemsRequest, request, fields)
        operation = await self._caller.unary(IMPORT_ITEMS, message, call_options)
        return OperationHandle(
            self._caller, operation, v1.ImportItemsResponse, v1.ImportItemsMetadata
        )
