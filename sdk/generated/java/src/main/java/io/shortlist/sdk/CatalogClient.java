package io.shortlist.sdk;

import com.google.longrunning.Operation;
import com.google.protobuf.Empty;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.transport.RpcMethod;
import io.shortlist.v1.BatchUpsertItemsRequest;
import io.shortlist.v1.BatchUpsertItemsResponse;
import io.shortlist.v1.Catalog;
import io.shortlist.v1.CreateItemRequest;
import io.shortlist.v1.DeleteItemRequest;
import io.shortlist.v1.GetCatalogRequest;
import io.shortlist.v1.GetItemRequest;
import io.shortlist.v1.ImportItemsMetadata;
import io.shortlist.v1.ImportItemsRequest;
import io.shortlist.v1.ImportItemsResponse;
import io.shortlist.v1.Item;
import io.shortlist.v1.ListItemsRequest;
import io.shortlist.v1.ListItemsResponse;
import io.shortlist.v1.UpdateCatalogRequest;
import io.shortlist.v1.UpdateItemRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
 * unavailable it never appears.
 *
 * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
 */
public final class CatalogClient {
  /** GetCatalog, for transports and mocks. */
  public static final RpcMethod<GetCatalogRequest, Catalog> GET_CATALOG =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/GetCatalog",
              GetCatalogRequest.getDefaultInstance(),
              Catalog.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** UpdateCatalog, for transports and mocks. */
  public static final RpcMethod<UpdateCatalogRequest, Catalog> UPDATE_CATALOG =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/UpdateCatalog",
              UpdateCatalogRequest.getDefaultInstance(),
              Catalog.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** GetItem, for transports and mocks. */
  public static final RpcMethod<GetItemRequest, Item> GET_ITEM =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/GetItem",
              GetItemRequest.getDefaultInstance(),
              Item.getDefaultInstance())
          .withDeadline(Duration.ofMillis(5000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** ListItems, for transports and mocks. */
  public static final RpcMethod<ListItemsRequest, ListItemsResponse> LIST_ITEMS =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/ListItems",
              ListItemsRequest.getDefaultInstance(),
              ListItemsResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** CreateItem, for transports and mocks. */
  public static final RpcMethod<CreateItemRequest, Item> CREATE_ITEM =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/CreateItem",
              CreateItemRequest.getDefaultInstance(),
              Item.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000));

  /** UpdateItem, for transports and mocks. */
  public static final RpcMethod<UpdateItemRequest, Item> UPDATE_ITEM =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/UpdateItem",
              UpdateItemRequest.getDefaultInstance(),
              Item.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** DeleteItem, for transports and mocks. */
  public static final RpcMethod<DeleteItemRequest, Empty> DELETE_ITEM =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/DeleteItem",
              DeleteItemRequest.getDefaultInstance(),
              Empty.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000));

  /** BatchUpsertItems, for transports and mocks. */
  public static final RpcMethod<BatchUpsertItemsRequest, BatchUpsertItemsResponse>
      BATCH_UPSERT_ITEMS =
          RpcMethod.of(
                  MethodType.UNARY,
                  "shortlist.v1.CatalogService/BatchUpsertItems",
                  BatchUpsertItemsRequest.getDefaultInstance(),
                  BatchUpsertItemsResponse.getDefaultInstance())
              .withDeadline(Duration.ofMillis(30000))
              .idempotentAfter(Code.UNAVAILABLE);

  /** ImportItems, for transports and mocks. */
  public static final RpcMethod<ImportItemsRequest, Operation> IMPORT_ITEMS =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.CatalogService/ImportItems",
              ImportItemsRequest.getDefaultInstance(),
              Operation.getDefaultInstance())
          .withDeadline(Duration.ofMillis(30000));

  private final Caller caller;

  CatalogClient(Caller caller) {
    this.caller = caller;
  }

  /** Returns the attribute schema. */
  public Catalog getCatalog(GetCatalogRequest request) {
    return getCatalog(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Catalog getCatalog(Consumer<GetCatalogRequest.Builder> fields) {
    GetCatalogRequest.Builder request = GetCatalogRequest.newBuilder();
    fields.accept(request);
    return getCatalog(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Catalog getCatalog(GetCatalogRequest request, CallOptions options) {
    return caller.callAndWait(GET_CATALOG, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Catalog> getCatalogAsync(GetCatalogRequest request) {
    return getCatalogAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Catalog> getCatalogAsync(
      GetCatalogRequest request, CallOptions options) {
    return caller.call(GET_CATALOG, request, options);
  }

  /**
   * Declares attributes; additive only. Errors: INVALID_REQUEST for a removed attribute or a
   * changed type.
   */
  public Catalog updateCatalog(UpdateCatalogRequest request) {
    return updateCatalog(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Catalog updateCatalog(Consumer<UpdateCatalogRequest.Builder> fields) {
    UpdateCatalogRequest.Builder request = UpdateCatalogRequest.newBuilder();
    fields.accept(request);
    return updateCatalog(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Catalog updateCatalog(UpdateCatalogRequest request, CallOptions options) {
    return caller.callAndWait(UPDATE_CATALOG, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Catalog> updateCatalogAsync(UpdateCatalogRequest request) {
    return updateCatalogAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Catalog> updateCatalogAsync(
      UpdateCatalogRequest request, CallOptions options) {
    return caller.call(UPDATE_CATALOG, request, options);
  }

  /** Returns one item. Errors: INVALID_REQUEST, ITEM_NOT_FOUND. */
  public Item getItem(GetItemRequest request) {
    return getItem(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Item getItem(Consumer<GetItemRequest.Builder> fields) {
    GetItemRequest.Builder request = GetItemRequest.newBuilder();
    fields.accept(request);
    return getItem(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Item getItem(GetItemRequest request, CallOptions options) {
    return caller.callAndWait(GET_ITEM, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Item> getItemAsync(GetItemRequest request) {
    return getItemAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Item> getItemAsync(GetItemRequest request, CallOptions options) {
    return caller.call(GET_ITEM, request, options);
  }

  /**
   * Lists items in the order of their creation. Errors: INVALID_REQUEST, INVALID_FILTER,
   * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN.
   */
  public ListItemsResponse listItems(ListItemsRequest request) {
    return listItems(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ListItemsResponse listItems(Consumer<ListItemsRequest.Builder> fields) {
    ListItemsRequest.Builder request = ListItemsRequest.newBuilder();
    fields.accept(request);
    return listItems(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ListItemsResponse listItems(ListItemsRequest request, CallOptions options) {
    return caller.callAndWait(LIST_ITEMS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ListItemsResponse> listItemsAsync(ListItemsRequest request) {
    return listItemsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ListItemsResponse> listItemsAsync(
      ListItemsRequest request, CallOptions options) {
    return caller.call(LIST_ITEMS, request, options);
  }

  /** All items of {@code listItems}, page after page as they are asked for. */
  public Paged<ListItemsResponse, Item> listItemsPaged(ListItemsRequest request) {
    return listItemsPaged(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public Paged<ListItemsResponse, Item> listItemsPaged(
      ListItemsRequest request, CallOptions options) {
    return new Paged<>(
        (token, each) -> listItems(request.toBuilder().setPageToken(token).build(), each),
        ListItemsResponse::getItemsList,
        ListItemsResponse::getNextPageToken,
        request.getPageToken(),
        options);
  }

  /** Creates an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_ALREADY_EXISTS. */
  public Item createItem(CreateItemRequest request) {
    return createItem(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Item createItem(Consumer<CreateItemRequest.Builder> fields) {
    CreateItemRequest.Builder request = CreateItemRequest.newBuilder();
    fields.accept(request);
    return createItem(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Item createItem(CreateItemRequest request, CallOptions options) {
    return caller.callAndWait(CREATE_ITEM, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Item> createItemAsync(CreateItemRequest request) {
    return createItemAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Item> createItemAsync(CreateItemRequest request, CallOptions options) {
    return caller.call(CREATE_ITEM, request, options);
  }

  /** Changes an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_NOT_FOUND. */
  public Item updateItem(UpdateItemRequest request) {
    return updateItem(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public Item updateItem(Consumer<UpdateItemRequest.Builder> fields) {
    UpdateItemRequest.Builder request = UpdateItemRequest.newBuilder();
    fields.accept(request);
    return updateItem(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public Item updateItem(UpdateItemRequest request, CallOptions options) {
    return caller.callAndWait(UPDATE_ITEM, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Item> updateItemAsync(UpdateItemRequest request) {
    return updateItemAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Item> updateItemAsync(UpdateItemRequest request, CallOptions options) {
    return caller.call(UPDATE_ITEM, request, options);
  }

  /**
   * Deletes an item; it never appears again from then on. Errors: INVALID_REQUEST, ITEM_NOT_FOUND.
   */
  public void deleteItem(DeleteItemRequest request) {
    deleteItem(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public void deleteItem(Consumer<DeleteItemRequest.Builder> fields) {
    DeleteItemRequest.Builder request = DeleteItemRequest.newBuilder();
    fields.accept(request);
    deleteItem(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public void deleteItem(DeleteItemRequest request, CallOptions options) {
    caller.callAndWait(DELETE_ITEM, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Empty> deleteItemAsync(DeleteItemRequest request) {
    return deleteItemAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Empty> deleteItemAsync(DeleteItemRequest request, CallOptions options) {
    return caller.call(DELETE_ITEM, request, options);
  }

  /**
   * Creates or replaces up to 1,000 items and answers for each. Errors of the whole batch:
   * INVALID_REQUEST, BATCH_TOO_LARGE.
   */
  public BatchUpsertItemsResponse batchUpsertItems(BatchUpsertItemsRequest request) {
    return batchUpsertItems(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public BatchUpsertItemsResponse batchUpsertItems(
      Consumer<BatchUpsertItemsRequest.Builder> fields) {
    BatchUpsertItemsRequest.Builder request = BatchUpsertItemsRequest.newBuilder();
    fields.accept(request);
    return batchUpsertItems(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public BatchUpsertItemsResponse batchUpsertItems(
      BatchUpsertItemsRequest request, CallOptions options) {
    return caller.callAndWait(BATCH_UPSERT_ITEMS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<BatchUpsertItemsResponse> batchUpsertItemsAsync(
      BatchUpsertItemsRequest request) {
    return batchUpsertItemsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<BatchUpsertItemsResponse> batchUpsertItemsAsync(
      BatchUpsertItemsRequest request, CallOptions options) {
    return caller.call(BATCH_UPSERT_ITEMS, request, options);
  }

  /**
   * Imports a file of items that lies in the deployment's import folder. Errors: INVALID_REQUEST.
   * The operation's response is ImportItemsResponse, its metadata ImportItemsMetadata.
   */
  public RunningOperation<ImportItemsResponse, ImportItemsMetadata> importItems(
      ImportItemsRequest request) {
    return importItems(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RunningOperation<ImportItemsResponse, ImportItemsMetadata> importItems(
      Consumer<ImportItemsRequest.Builder> fields) {
    ImportItemsRequest.Builder request = ImportItemsRequest.newBuilder();
    fields.accept(request);
    return importItems(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RunningOperation<ImportItemsResponse, ImportItemsMetadata> importItems(
      ImportItemsRequest request, CallOptions options) {
    Operation operation = caller.callAndWait(IMPORT_ITEMS, request, options);
    return importItemsOperation(operation);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Operation> importItemsAsync(ImportItemsRequest request) {
    return importItemsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Operation> importItemsAsync(
      ImportItemsRequest request, CallOptions options) {
    return caller.call(IMPORT_ITEMS, request, options);
  }

  /** An operation that {@code importItems} began, such as one begun before a restart. */
  public RunningOperation<ImportItemsResponse, ImportItemsMetadata> importItemsOperation(
      Operation operation) {
    return new RunningOperation<>(
        caller, operation, ImportItemsResponse.parser(), ImportItemsMetadata.parser());
  }
}
