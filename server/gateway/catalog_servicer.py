"""shortlist.v1.CatalogService."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from functools import partial

from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask

from server.catalog.item import Item
from server.catalog.ports import Catalog, UpsertOutcome
from server.core.errors import (
    BatchTooLargeError,
    InvalidPageTokenError,
    InvalidRequestError,
    ItemNotFoundError,
    ServerError,
)
from server.gateway.call import Call
from server.gateway.constraints import Constraints
from server.gateway.error_status import status_of
from server.gateway.item_listing import rows_after
from server.gateway.operation_kinds import IMPORT_ITEMS
from server.gateway.operations import Operations
from server.gateway.pace import Pace
from server.gateway.tokens import DIGEST_BYTES, Tokens
from server.gateway.translation.attributes import (
    DeclaredAttributes,
    catalog_message,
    declarations_to_core,
)
from server.gateway.translation.field_masks import ALL, Paths, parse_mask
from server.gateway.translation.items import (
    PREFIX,
    item_id_of,
    item_message,
    item_paths,
    item_to_core,
    populated_item_paths,
    updated_item,
)
from server.gen.google.longrunning import operations_pb2
from server.gen.shortlist.v1 import catalog_service_pb2, item_pb2
from server.orchestrator.turns import Turns

MAX_BATCH = 1000
DEFAULT_PAGE_SIZE = 100
_CATALOG_FIELDS = frozenset(item_pb2.Catalog.DESCRIPTOR.fields_by_name)


class CatalogServicer:
    """Keeps the catalogue."""

    def __init__(
        self,
        catalog: Catalog,
        operations: Operations,
        tokens: Tokens,
        constraints: Constraints,
        declared: DeclaredAttributes,
        turns: Turns,
    ) -> None:
        """`turns`: for the steps of large batches."""
        self._catalog = catalog
        self._operations = operations
        self._tokens = tokens
        self._constraints = constraints
        self._declared = declared
        self._turns = turns

    async def get_catalog(
        self, request: catalog_service_pb2.GetCatalogRequest, call: Call
    ) -> item_pb2.Catalog:
        """Return the attribute schema."""
        return catalog_message(self._catalog.schema(), len(self._catalog.columns().row_of))

    async def update_catalog(
        self, request: catalog_service_pb2.UpdateCatalogRequest, call: Call
    ) -> item_pb2.Catalog:
        """Declare attributes."""
        mask = request.update_mask
        paths = (
            parse_mask(mask, "update_mask", fields=_CATALOG_FIELDS, attributes=())
            if mask.paths
            else ALL
        )
        items = request.catalog.item_attributes if paths.has("item_attributes") else ()
        users = request.catalog.user_attributes if paths.has("user_attributes") else ()
        schema = await self._catalog.declare(
            declarations_to_core(items, "catalog.item_attributes"),
            declarations_to_core(users, "catalog.user_attributes"),
            validate_only=request.validate_only,
        )
        return catalog_message(schema, len(self._catalog.columns().row_of))

    async def get_item(
        self, request: catalog_service_pb2.GetItemRequest, call: Call
    ) -> item_pb2.Item:
        """Return one item."""
        paths = self._read_paths(request.read_mask)
        item_id = item_id_of(request.name)
        (item,) = await self._catalog.get([item_id])
        if item is None:
            raise ItemNotFoundError(item_id)
        return item_message(item, self._declared.of_items(), paths)

    async def list_items(
        self, request: catalog_service_pb2.ListItemsRequest, call: Call
    ) -> catalog_service_pb2.ListItemsResponse:
        """Return a page of items in the order of their creation."""
        paths = self._read_paths(request.read_mask)
        digest = hashlib.sha256(request.filter.encode()).digest()[:DIGEST_BYTES]
        after = self._after_row(request.page_token, digest)
        limit = request.page_size or DEFAULT_PAGE_SIZE
        columns = self._catalog.columns()
        declared = self._declared.of_items()
        # A filter looks at every row of the catalogue.
        rows, last = await asyncio.to_thread(
            rows_after, columns, request.filter, declared, after=after, limit=limit
        )
        found = await self._catalog.get([columns.ids[row] for row in rows])
        response = catalog_service_pb2.ListItemsResponse(
            items=(item_message(item, declared, paths) for item in found if item is not None)
        )
        if last is not None:
            response.next_page_token = self._tokens.list_page(str(last), digest)
        return response

    async def create_item(
        self, request: catalog_service_pb2.CreateItemRequest, call: Call
    ) -> item_pb2.Item:
        """Create an item."""
        message = item_pb2.Item()
        message.CopyFrom(request.item)
        if request.item_id:
            name = PREFIX + request.item_id
            if message.name not in ("", name):
                raise InvalidRequestError.of("item_id", "differs from the id in item.name")
            message.name = name
        self._constraints.require(message, "item.")
        declared = self._declared.of_items()
        item = item_to_core(message, declared, "item.")
        created = await self._catalog.create(item, validate_only=request.validate_only)
        return item_message(created, declared)

    async def update_item(
        self, request: catalog_service_pb2.UpdateItemRequest, call: Call
    ) -> item_pb2.Item:
        """Change an item."""
        declared = self._declared.of_items()
        mask = request.update_mask
        paths = (
            item_paths(mask, "update_mask", declared)
            if mask.paths
            else populated_item_paths(request.item)
        )
        written = item_to_core(request.item, declared, "item.")
        updated = await self._catalog.update(
            written.item_id,
            partial(
                updated_item, written=written, paths=paths, allow_missing=request.allow_missing
            ),
            validate_only=request.validate_only,
        )
        return item_message(updated, declared)

    async def delete_item(
        self, request: catalog_service_pb2.DeleteItemRequest, call: Call
    ) -> Empty:
        """Delete an item."""
        try:
            await self._catalog.delete(item_id_of(request.name))
        except ItemNotFoundError:
            if not request.allow_missing:
                raise
        return Empty()

    async def batch_upsert_items(
        self, request: catalog_service_pb2.BatchUpsertItemsRequest, call: Call
    ) -> catalog_service_pb2.BatchUpsertItemsResponse:
        """Create or replace items and answer for each."""
        if not request.items:
            raise InvalidRequestError.of("items", "must have at least 1 entry")
        if len(request.items) > MAX_BATCH:
            raise BatchTooLargeError.of("items", f"must have at most {MAX_BATCH} entries")
        pace = Pace(self._turns)
        checked: list[Item | ServerError] = []
        for message in request.items:
            if pace.is_due:
                await pace.rest()
            checked.append(self._checked(message))
        outcomes = await self._upsert(checked)
        response = catalog_service_pb2.BatchUpsertItemsResponse()
        for message, outcome in zip(request.items, outcomes, strict=True):
            if pace.is_due:
                await pace.rest()
            response.results.append(self._result(message.name, outcome, call.request_id))
        return response

    async def import_items(
        self, request: catalog_service_pb2.ImportItemsRequest, call: Call
    ) -> operations_pb2.Operation:
        """Begin an import."""
        return await self._operations.start(IMPORT_ITEMS, request)

    def _read_paths(self, mask: FieldMask) -> Paths:
        if not mask.paths:
            return ALL
        return item_paths(mask, "read_mask", self._declared.of_items())

    def _after_row(self, token: str, digest: bytes) -> int:
        if not token:
            return -1
        after = self._tokens.read_list_page(token, digest)
        if not after.isdecimal():
            raise InvalidPageTokenError.of("page_token", "is of another listing")
        return int(after)

    def _checked(self, message: item_pb2.Item) -> Item | ServerError:
        try:
            self._constraints.require(message, "item.")
            return item_to_core(message, self._declared.of_items(), "item.")
        except ServerError as error:
            return error

    async def _upsert(self, checked: Sequence[Item | ServerError]) -> list[UpsertOutcome]:
        good = [each for each in checked if isinstance(each, Item)]
        written = iter(await self._catalog.upsert(good) if good else ())
        return [next(written) if isinstance(each, Item) else each for each in checked]

    def _result(
        self, name: str, outcome: UpsertOutcome, request_id: str
    ) -> catalog_service_pb2.UpsertItemResult:
        if isinstance(outcome, ServerError):
            error = status_of(outcome, request_id)
            return catalog_service_pb2.UpsertItemResult(name=name, error=error)
        item = item_message(outcome, self._declared.of_items())
        return catalog_service_pb2.UpsertItemResult(name=name, item=item)
