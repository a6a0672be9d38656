import Shortlist

/// The messages of the contract, for tests that name them.
private let messages: [any Message.Type] = [
  Attribute.self, AttributeValue.self, BatchUpsertItemsRequest.self,
  BatchUpsertItemsResponse.self, BatchWriteEventsRequest.self, BatchWriteEventsResponse.self,
  Catalog.self, ComposePageRequest.self, ComposePageResponse.self, CreateItemRequest.self,
  Degradation.self, DeleteItemRequest.self, EraseUserRequest.self, ErasureReceipt.self,
  Event.self, EventColumns.self, EventItem.self, ExportUserRequest.self, Exposure.self,
  GetCatalogRequest.self, GetItemRequest.self, GetUserRequest.self, ImportEventsMetadata.self,
  ImportEventsRequest.self, ImportEventsResponse.self, ImportItemsMetadata.self,
  ImportItemsRequest.self, ImportItemsResponse.self, Item.self, ListItemsRequest.self,
  ListItemsResponse.self, ListTrendingRequest.self, ListTrendingResponse.self,
  LongrunningOperation.self, MergeUsersRequest.self, MergeUsersResponse.self, ModelVersion.self,
  RankItemsRequest.self, RankItemsResponse.self, Reason.self, RecommendRequest.self,
  RecommendResponse.self, RecommendSimilarRequest.self, RecommendSimilarResponse.self,
  Recommendation.self, RequestContext.self, RpcStatus.self, Shelf.self, ShelfRequest.self,
  StoreErasure.self, StringList.self, UpdateCatalogRequest.self, UpdateItemRequest.self,
  UpdateUserRequest.self, UpsertItemResult.self, User.self, UserExport.self,
  UserOperationMetadata.self, WriteEventRequest.self, WriteEventResponse.self,
  WriteEventResult.self,
]

/// Returns a message's type by its full or its short name; nil: the SDK has none.
func messageType(_ name: String) -> (any Message.Type)? {
  messages.first { $0.fullName == name || $0.fullName.hasSuffix(".\(name)") }
}

/// Reads a message from JSON and writes it again; nil: there is no JSON to read, the one form that the SDK has.
func rewritten(_ name: String, _ json: JSONValue?) throws -> JSONValue? {
  guard let json, let type = messageType(name) else { return nil }
  return .object(["json": try rewritten(type, json)])
}

private func rewritten<Read: Message>(_ type: Read.Type, _ json: JSONValue) throws -> JSONValue {
  try encoded(decoded(type, json))
}
