package io.shortlist.sdk

import com.google.protobuf.Empty
import io.grpc.Status.Code
import io.shortlist.google.longrunning.Operation
import io.shortlist.sdk.internal.Caller
import io.shortlist.sdk.transport.RpcMethod
import io.shortlist.v1.BatchUpsertItemsRequest
import io.shortlist.v1.BatchUpsertItemsResponse
import io.shortlist.v1.Catalog
import io.shortlist.v1.CreateItemRequest
import io.shortlist.v1.DeleteItemRequest
import io.shortlist.v1.GetCatalogRequest
import io.shortlist.v1.GetItemRequest
import io.shortlist.v1.ImportItemsMetadata
import io.shortlist.v1.ImportItemsRequest
import io.shortlist.v1.ImportItemsResponse
import io.shortlist.v1.Item
import io.shortlist.v1.ListItemsRequest
import io.shortlist.v1.ListItemsResponse
import io.shortlist.v1.UpdateCatalogRequest
import io.shortlist.v1.UpdateItemRequest
import kotlin.time.Duration.Companion.milliseconds

/**
 * Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
 * unavailable it never appears.
 *
 * Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED, OVERLOADED,
 * DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
public class CatalogClient internal constructor(
    private val caller: Caller,
) {
    /** Returns the attribute schema. */
    public suspend fun getCatalog(
        request: GetCatalogRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Catalog = caller.call(GET_CATALOG, request, options)

    /**
     * Declares attributes; additive only. Errors: INVALID_REQUEST for a removed attribute or a
     * changed type.
     */
    public suspend fun updateCatalog(
        request: UpdateCatalogRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Catalog = caller.call(UPDATE_CATALOG, request, options)

    /** Returns one item. Errors: INVALID_REQUEST, ITEM_NOT_FOUND. */
    public suspend fun getItem(
        request: GetItemRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Item = caller.call(GET_ITEM, request, options)

    /**
     * Lists items in the order of their creation. Errors: INVALID_REQUEST, INVALID_FILTER,
     * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN.
     */
    public suspend fun listItems(
        request: ListItemsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): ListItemsResponse = caller.call(LIST_ITEMS, request, options)

    /** The whole list of [listItems], page after page as it is collected. */
    public fun listItemsPaged(
        request: ListItemsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Paged<ListItemsResponse, Item> =
        Paged(
            firstToken = request.getPageToken(),
            options = options,
            fetch = { token, each ->
                val page = request.toBuilder().setPageToken(token).build()
                caller.call(LIST_ITEMS, page, each)
            },
            items = { it.getItemsList() },
            nextToken = { it.getNextPageToken() },
        )

    /** Creates an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_ALREADY_EXISTS. */
    public suspend fun createItem(
        request: CreateItemRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Item = caller.call(CREATE_ITEM, request, options)

    /** Changes an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_NOT_FOUND. */
    public suspend fun updateItem(
        request: UpdateItemRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Item = caller.call(UPDATE_ITEM, request, options)

    /**
     * Deletes an item; it never appears again from then on. Errors: INVALID_REQUEST,
     * ITEM_NOT_FOUND.
     */
    public suspend fun deleteItem(
        request: DeleteItemRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ) {
        caller.call(DELETE_ITEM, request, options)
    }

    /**
     * Creates or replaces up to 1,000 items and answers for each. Errors of the whole batch:
     * INVALID_REQUEST, BATCH_TOO_LARGE.
     */
    public suspend fun batchUpsertItems(
        request: BatchUpsertItemsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): BatchUpsertItemsResponse = caller.call(BATCH_UPSERT_ITEMS, request, options)

    /**
     * Imports a file of items that lies in the deployment's import folder. Errors: INVALID_REQUEST.
     * The operation's response is ImportItemsResponse, its metadata ImportItemsMetadata.
     */
    public suspend fun importItems(
        request: ImportItemsRequest,
        options: CallOptions = CallOptions.DEFAULTS,
    ): Operation = caller.call(IMPORT_ITEMS, request, options)

    /** The methods, for transports and mocks. */
    public companion object {
        /** GetCatalog. */
        public val GET_CATALOG: RpcMethod<GetCatalogRequest, Catalog> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/GetCatalog",
                request = GetCatalogRequest.getDefaultInstance(),
                reply = Catalog.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** UpdateCatalog. */
        public val UPDATE_CATALOG: RpcMethod<UpdateCatalogRequest, Catalog> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/UpdateCatalog",
                request = UpdateCatalogRequest.getDefaultInstance(),
                reply = Catalog.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** GetItem. */
        public val GET_ITEM: RpcMethod<GetItemRequest, Item> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/GetItem",
                request = GetItemRequest.getDefaultInstance(),
                reply = Item.getDefaultInstance(),
                defaultDeadline = 5000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** ListItems. */
        public val LIST_ITEMS: RpcMethod<ListItemsRequest, ListItemsResponse> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/ListItems",
                request = ListItemsRequest.getDefaultInstance(),
                reply = ListItemsResponse.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** CreateItem. */
        public val CREATE_ITEM: RpcMethod<CreateItemRequest, Item> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/CreateItem",
                request = CreateItemRequest.getDefaultInstance(),
                reply = Item.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = false,
                retryableCodes = setOf(),
            )

        /** UpdateItem. */
        public val UPDATE_ITEM: RpcMethod<UpdateItemRequest, Item> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/UpdateItem",
                request = UpdateItemRequest.getDefaultInstance(),
                reply = Item.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** DeleteItem. */
        public val DELETE_ITEM: RpcMethod<DeleteItemRequest, Empty> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/DeleteItem",
                request = DeleteItemRequest.getDefaultInstance(),
                reply = Empty.getDefaultInstance(),
                defaultDeadline = 10000.milliseconds,
                isIdempotent = false,
                retryableCodes = setOf(),
            )

        /** BatchUpsertItems. */
        public val BATCH_UPSERT_ITEMS: RpcMethod<BatchUpsertItemsRequest, BatchUpsertItemsResponse> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/BatchUpsertItems",
                request = BatchUpsertItemsRequest.getDefaultInstance(),
                reply = BatchUpsertItemsResponse.getDefaultInstance(),
                defaultDeadline = 30000.milliseconds,
                isIdempotent = true,
                retryableCodes = setOf(Code.UNAVAILABLE),
            )

        /** ImportItems. */
        public val IMPORT_ITEMS: RpcMethod<ImportItemsRequest, Operation> =
            RpcMethod(
                name = "shortlist.v1.CatalogService/ImportItems",
                request = ImportItemsRequest.getDefaultInstance(),
                reply = Operation.getDefaultInstance(),
                defaultDeadline = 30000.milliseconds,
                isIdempotent = false,
                retryableCodes = setOf(),
            )
    }
}
