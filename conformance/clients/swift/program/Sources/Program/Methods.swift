import Shortlist

typealias Made = @Sendable (ShortlistClient, JSONValue?, CallOptions) async throws -> any Message
typealias Paged = @Sendable (
  ShortlistClient, JSONValue?, CallOptions, @Sendable (JSONValue) -> Void
) async throws -> Void

/// The methods of the SDK by `package.Service/Method`.
let calls: [String: Made] = [
  named(CatalogService.Methods.getCatalog): unary { try await $0.catalog.getCatalog($1, options: $2) },
  named(CatalogService.Methods.updateCatalog): unary {
    try await $0.catalog.updateCatalog($1, options: $2)
  },
  named(CatalogService.Methods.getItem): unary { try await $0.catalog.getItem($1, options: $2) },
  named(CatalogService.Methods.listItems): unary { try await $0.catalog.listItems($1, options: $2) },
  named(CatalogService.Methods.createItem): unary { try await $0.catalog.createItem($1, options: $2) },
  named(CatalogService.Methods.updateItem): unary { try await $0.catalog.updateItem($1, options: $2) },
  named(CatalogService.Methods.deleteItem): unary {
    (client, request: DeleteItemRequest, options) in
    try await client.catalog.deleteItem(request, options: options)
    return Empty()
  },
  named(CatalogService.Methods.batchUpsertItems): unary {
    try await $0.catalog.batchUpsertItems($1, options: $2)
  },
  named(CatalogService.Methods.importItems): unary {
    try await $0.catalog.importItems($1, options: $2)
  },
  named(EventService.Methods.writeEvent): unary { try await $0.events.writeEvent($1, options: $2) },
  named(EventService.Methods.batchWriteEvents): unary {
    try await $0.events.batchWriteEvents($1, options: $2)
  },
  named(EventService.Methods.importEvents): unary {
    try await $0.events.importEvents($1, options: $2)
  },
  named(RecommendationService.Methods.recommend): unary {
    try await $0.recommendations.recommend($1, options: $2)
  },
  named(RecommendationService.Methods.recommendSimilar): unary {
    try await $0.recommendations.recommendSimilar($1, options: $2)
  },
  named(RecommendationService.Methods.listTrending): unary {
    try await $0.recommendations.listTrending($1, options: $2)
  },
  named(RecommendationService.Methods.rankItems): unary {
    try await $0.recommendations.rankItems($1, options: $2)
  },
  named(RecommendationService.Methods.composePage): unary {
    try await $0.recommendations.composePage($1, options: $2)
  },
  named(UserService.Methods.getUser): unary { try await $0.users.getUser($1, options: $2) },
  named(UserService.Methods.updateUser): unary { try await $0.users.updateUser($1, options: $2) },
  named(UserService.Methods.mergeUsers): unary { try await $0.users.mergeUsers($1, options: $2) },
  named(UserService.Methods.eraseUser): unary { try await $0.users.eraseUser($1, options: $2) },
  named(UserService.Methods.exportUser): unary { try await $0.users.exportUser($1, options: $2) },
]

/// Those that list, by the SDK's iterators over items.
let pagers: [String: Paged] = [
  named(CatalogService.Methods.listItems): paged { $0.catalog.listItemsAll($1, options: $2) },
  named(RecommendationService.Methods.recommend): paged {
    $0.recommendations.recommendAll($1, options: $2)
  },
]

private func named(_ method: RPCMethod) -> String {
  String(method.path.dropFirst())
}

private func unary<Request: Message, Reply: Message>(
  _ call: @escaping @Sendable (ShortlistClient, Request, CallOptions) async throws -> Reply
) -> Made {
  { client, request, options in try await call(client, decoded(Request.self, request), options) }
}

private func paged<Request: Message, Page: Message, Item: Message>(
  _ list: @escaping @Sendable (ShortlistClient, Request, CallOptions) -> PagedItems<
    Request, Page, Item
  >
) -> Paged {
  { client, request, options, take in
    for try await item in list(client, try decoded(Request.self, request), options) {
      take(try encoded(item))
    }
  }
}
