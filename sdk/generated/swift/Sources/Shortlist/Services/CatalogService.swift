import Foundation

/// Keeps the catalogue. A written item is recommendable within seconds; while it is deleted or
/// unavailable it never appears.
///
/// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
/// OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL; writes also STORAGE_FULL.
public struct CatalogService: Sendable {
  let engine: Engine

  /// The methods with their call policies.
  public enum Methods {
    public static let getCatalog = RPCMethod(
      path: "/shortlist.v1.CatalogService/GetCatalog",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/catalog")],
        body: .none),
      requestIDField: "")
    public static let updateCatalog = RPCMethod(
      path: "/shortlist.v1.CatalogService/UpdateCatalog",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "PATCH",
        path: [.literal("/v1/catalog")],
        body: .field("catalog")),
      requestIDField: "")
    public static let getItem = RPCMethod(
      path: "/shortlist.v1.CatalogService/GetItem",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 5,
      cache: nil,
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/"), .field(["name"], keepsSlashes: true)],
        body: .none),
      requestIDField: "")
    public static let listItems = RPCMethod(
      path: "/shortlist.v1.CatalogService/ListItems",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/items")],
        body: .none),
      requestIDField: "")
    public static let createItem = RPCMethod(
      path: "/shortlist.v1.CatalogService/CreateItem",
      isIdempotent: false,
      retryableCodes: [],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/items")],
        body: .field("item")),
      requestIDField: "")
    public static let updateItem = RPCMethod(
      path: "/shortlist.v1.CatalogService/UpdateItem",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "PATCH",
        path: [.literal("/v1/"), .field(["item", "name"], keepsSlashes: true)],
        body: .field("item")),
      requestIDField: "")
    public static let deleteItem = RPCMethod(
      path: "/shortlist.v1.CatalogService/DeleteItem",
      isIdempotent: false,
      retryableCodes: [],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "DELETE",
        path: [.literal("/v1/"), .field(["name"], keepsSlashes: true)],
        body: .none),
      requestIDField: "")
    public static let batchUpsertItems = RPCMethod(
      path: "/shortlist.v1.CatalogService/BatchUpsertItems",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 30,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/items:batchUpsert")],
        body: .all),
      requestIDField: "")
    public static let importItems = RPCMethod(
      path: "/shortlist.v1.CatalogService/ImportItems",
      isIdempotent: false,
      retryableCodes: [],
      defaultTimeout: 30,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/items:import")],
        body: .all),
      requestIDField: "")
  }
}

extension CatalogService {
  /// Returns the attribute schema.
  public func getCatalog(
    _ request: GetCatalogRequest, options: CallOptions = CallOptions()
  ) async throws -> Catalog {
    try await engine.call(
      Methods.getCatalog, request, options, reply: Catalog.self)
  }

  /// Declares attributes; additive only. Errors: INVALID_REQUEST for a removed attribute or a
  /// changed type.
  public func updateCatalog(
    _ request: UpdateCatalogRequest, options: CallOptions = CallOptions()
  ) async throws -> Catalog {
    try await engine.call(
      Methods.updateCatalog, request, options, reply: Catalog.self)
  }

  /// Returns one item. Errors: INVALID_REQUEST, ITEM_NOT_FOUND.
  public func getItem(
    _ request: GetItemRequest, options: CallOptions = CallOptions()
  ) async throws -> Item {
    try await engine.call(
      Methods.getItem, request, options, reply: Item.self)
  }

  /// Lists items in the order of their creation. Errors: INVALID_REQUEST, INVALID_FILTER,
  /// UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN.
  public func listItems(
    _ request: ListItemsRequest, options: CallOptions = CallOptions()
  ) async throws -> ListItemsResponse {
    try await engine.call(
      Methods.listItems, request, options, reply: ListItemsResponse.self)
  }

  /// The pages of `listItems`, from the request's page token on.
  public func listItemsPages(
    _ request: ListItemsRequest, options: CallOptions = CallOptions()
  ) -> Pages<ListItemsRequest, ListItemsResponse> {
    Pages(
      first: request,
      fetch: { request in try await self.listItems(request, options: options) },
      following: { request, page in
        guard !page.nextPageToken.isEmpty else { return nil }
        var following = request
        following.pageToken = page.nextPageToken
        return following
      })
  }

  /// The items of all pages of `listItems`, from the request's page token on.
  public func listItemsAll(
    _ request: ListItemsRequest, options: CallOptions = CallOptions()
  ) -> PagedItems<ListItemsRequest, ListItemsResponse, Item> {
    PagedItems(
      pages: listItemsPages(request, options: options),
      items: { page in page.items },
      limit: options.maxItems)
  }

  /// Creates an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_ALREADY_EXISTS.
  public func createItem(
    _ request: CreateItemRequest, options: CallOptions = CallOptions()
  ) async throws -> Item {
    try await engine.call(
      Methods.createItem, request, options, reply: Item.self)
  }

  /// Changes an item. Errors: INVALID_REQUEST, UNKNOWN_ATTRIBUTE, ITEM_NOT_FOUND.
  public func updateItem(
    _ request: UpdateItemRequest, options: CallOptions = CallOptions()
  ) async throws -> Item {
    try await engine.call(
      Methods.updateItem, request, options, reply: Item.self)
  }

  /// Deletes an item; it never appears again from then on. Errors: INVALID_REQUEST, ITEM_NOT_FOUND.
  public func deleteItem(
    _ request: DeleteItemRequest, options: CallOptions = CallOptions()
  ) async throws {
    _ = try await engine.call(Methods.deleteItem, request, options, reply: Empty.self)
  }

  /// Creates or replaces up to 1,000 items and answers for each. Errors of the whole batch:
  /// INVALID_REQUEST, BATCH_TOO_LARGE.
  public func batchUpsertItems(
    _ request: BatchUpsertItemsRequest, options: CallOptions = CallOptions()
  ) async throws -> BatchUpsertItemsResponse {
    try await engine.call(
      Methods.batchUpsertItems, request, options, reply: BatchUpsertItemsResponse.self)
  }

  /// Imports a file of items that lies in the deployment's import folder. Errors: INVALID_REQUEST.
  /// The operation's response is ImportItemsResponse, its metadata ImportItemsMetadata.
  public func importItems(
    _ request: ImportItemsRequest, options: CallOptions = CallOptions()
  ) async throws -> LongrunningOperation {
    try await engine.call(
      Methods.importItems, request, options, reply: LongrunningOperation.self)
  }
}
