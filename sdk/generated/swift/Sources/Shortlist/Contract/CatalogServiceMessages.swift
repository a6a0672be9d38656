import Foundation

/// Asks for the schema.
public struct GetCatalogRequest: Message {
  public static let fullName = "shortlist.v1.GetCatalogRequest"

  public init() {}

  public init(from decoder: any Decoder) throws {
    _ = try FieldReader(decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    _ = FieldWriter(encoder)
  }
}

/// Declares attributes.
public struct UpdateCatalogRequest: Message {
  public static let fullName = "shortlist.v1.UpdateCatalogRequest"

  /// The catalogue with its attributes.
  public var catalog: Catalog?
  /// Which fields to change: `item_attributes`, `user_attributes`; absent: those that are set.
  /// Attributes that are declared already and not listed stay.
  public var updateMask: FieldMask?
  /// Check only.
  public var validateOnly: Bool

  public init(
    catalog: Catalog? = nil,
    updateMask: FieldMask? = nil,
    validateOnly: Bool = false
  ) {
    self.catalog = catalog
    self.updateMask = updateMask
    self.validateOnly = validateOnly
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.catalog = try fields.read("catalog")
    self.updateMask = try fields.read("updateMask", "update_mask")
    self.validateOnly = try fields.read("validateOnly", "validate_only") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.catalog { try fields.write(value, "catalog") }
    if let value = self.updateMask { try fields.write(value, "updateMask") }
    if self.validateOnly { try fields.write(self.validateOnly, "validateOnly") }
  }
}

/// Asks for one item.
public struct GetItemRequest: Message {
  public static let fullName = "shortlist.v1.GetItemRequest"

  /// `items/{item}`.
  public var name: String
  /// Which fields to return; absent: all.
  public var readMask: FieldMask?

  public init(
    name: String = "",
    readMask: FieldMask? = nil
  ) {
    self.name = name
    self.readMask = readMask
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.readMask = try fields.read("readMask", "read_mask")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if let value = self.readMask { try fields.write(value, "readMask") }
  }
}

/// Asks for a page of items.
public struct ListItemsRequest: Message {
  public static let fullName = "shortlist.v1.ListItemsRequest"

  /// Items on a page, 1 to 1,000; 0: 100.
  public var pageSize: Int32
  /// Token of the page; empty: the first.
  public var pageToken: String
  /// AIP-160 filter over the declared filterable attributes; empty: all.
  public var filter: String
  /// Which fields to return; absent: all.
  public var readMask: FieldMask?

  public init(
    pageSize: Int32 = 0,
    pageToken: String = "",
    filter: String = "",
    readMask: FieldMask? = nil
  ) {
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.filter = filter
    self.readMask = readMask
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.pageSize = try fields.read(Int32Form.self, "pageSize", "page_size") ?? 0
    self.pageToken = try fields.read("pageToken", "page_token") ?? ""
    self.filter = try fields.read("filter") ?? ""
    self.readMask = try fields.read("readMask", "read_mask")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.pageSize != 0 { try fields.write(Int32Form(self.pageSize), "pageSize") }
    if !self.pageToken.isEmpty { try fields.write(self.pageToken, "pageToken") }
    if !self.filter.isEmpty { try fields.write(self.filter, "filter") }
    if let value = self.readMask { try fields.write(value, "readMask") }
  }
}

/// A page of items.
public struct ListItemsResponse: Message {
  public static let fullName = "shortlist.v1.ListItemsResponse"

  /// In the order of their creation.
  public var items: [Item]
  /// Token of the next page; empty: this is the last.
  public var nextPageToken: String

  public init(
    items: [Item] = [],
    nextPageToken: String = ""
  ) {
    self.items = items
    self.nextPageToken = nextPageToken
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.items = try fields.list("items")
    self.nextPageToken = try fields.read("nextPageToken", "next_page_token") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.items.isEmpty { try fields.write(self.items, "items") }
    if !self.nextPageToken.isEmpty { try fields.write(self.nextPageToken, "nextPageToken") }
  }
}

/// Creates an item.
public struct CreateItemRequest: Message {
  public static let fullName = "shortlist.v1.CreateItemRequest"

  /// The item; its `name` may be left empty when `item_id` is given.
  public var item: Item?
  /// The id; empty: taken from `item.name`.
  public var itemID: String
  /// Check only; the reply is what would be created.
  public var validateOnly: Bool

  public init(
    item: Item? = nil,
    itemID: String = "",
    validateOnly: Bool = false
  ) {
    self.item = item
    self.itemID = itemID
    self.validateOnly = validateOnly
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.item = try fields.read("item")
    self.itemID = try fields.read("itemId", "item_id") ?? ""
    self.validateOnly = try fields.read("validateOnly", "validate_only") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.item { try fields.write(value, "item") }
    if !self.itemID.isEmpty { try fields.write(self.itemID, "itemId") }
    if self.validateOnly { try fields.write(self.validateOnly, "validateOnly") }
  }
}

/// Changes an item.
public struct UpdateItemRequest: Message {
  public static let fullName = "shortlist.v1.UpdateItemRequest"

  /// The item, by its `name`, with its new values.
  public var item: Item?
  /// Which fields to change, such as `title`, `attributes` or `attributes.price`; absent: those
  /// that are set, each attribute for itself; `*`: all.
  public var updateMask: FieldMask?
  /// Create the item if there is none.
  public var allowMissing: Bool
  /// Check only.
  public var validateOnly: Bool

  public init(
    item: Item? = nil,
    updateMask: FieldMask? = nil,
    allowMissing: Bool = false,
    validateOnly: Bool = false
  ) {
    self.item = item
    self.updateMask = updateMask
    self.allowMissing = allowMissing
    self.validateOnly = validateOnly
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.item = try fields.read("item")
    self.updateMask = try fields.read("updateMask", "update_mask")
    self.allowMissing = try fields.read("allowMissing", "allow_missing") ?? false
    self.validateOnly = try fields.read("validateOnly", "validate_only") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.item { try fields.write(value, "item") }
    if let value = self.updateMask { try fields.write(value, "updateMask") }
    if self.allowMissing { try fields.write(self.allowMissing, "allowMissing") }
    if self.validateOnly { try fields.write(self.validateOnly, "validateOnly") }
  }
}

/// Deletes an item.
public struct DeleteItemRequest: Message {
  public static let fullName = "shortlist.v1.DeleteItemRequest"

  /// `items/{item}`.
  public var name: String
  /// No error if there is none.
  public var allowMissing: Bool

  public init(
    name: String = "",
    allowMissing: Bool = false
  ) {
    self.name = name
    self.allowMissing = allowMissing
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.allowMissing = try fields.read("allowMissing", "allow_missing") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if self.allowMissing { try fields.write(self.allowMissing, "allowMissing") }
  }
}

/// Creates or replaces items.
public struct BatchUpsertItemsRequest: Message {
  public static let fullName = "shortlist.v1.BatchUpsertItemsRequest"

  /// At least 1 and at most 1,000; more is BATCH_TOO_LARGE. Checked one by one.
  public var items: [Item]

  public init(
    items: [Item] = []
  ) {
    self.items = items
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.items = try fields.list("items")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.items.isEmpty { try fields.write(self.items, "items") }
  }
}

/// One result for each item.
public struct BatchUpsertItemsResponse: Message {
  public static let fullName = "shortlist.v1.BatchUpsertItemsResponse"

  /// In the order of the request.
  public var results: [UpsertItemResult]

  public init(
    results: [UpsertItemResult] = []
  ) {
    self.results = results
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.results = try fields.list("results")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.results.isEmpty { try fields.write(self.results, "results") }
  }
}

/// What became of one item.
public struct UpsertItemResult: Message {
  public static let fullName = "shortlist.v1.UpsertItemResult"

  /// The item's name, as given.
  public var name: String
  /// One of `item` `error`, or none.
  public var outcome: Outcome?

  public init(
    name: String = "",
    outcome: Outcome? = nil
  ) {
    self.name = name
    self.outcome = outcome
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    try fields.atMostOne(
      ["item"],
      ["error"])
    if let value: Item = try fields.read("item") {
      self.outcome = .item(value)
    } else if let value: RpcStatus = try fields.read("error") {
      self.outcome = .error(value)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    switch self.outcome {
    case .item(let value)?: try fields.write(value, "item")
    case .error(let value)?: try fields.write(value, "error")
    case nil: break
    }
  }

  /// One of these, or none.
  public enum Outcome: Hashable, Sendable {
    /// The item as written.
    case item(Item)
    /// The item was refused; the same errors as of CreateItem.
    case error(RpcStatus)
  }
}

/// Imports items from a file.
public struct ImportItemsRequest: Message {
  public static let fullName = "shortlist.v1.ImportItemsRequest"

  /// Path of a CSV or Parquet file, relative to the deployment's import folder; may not leave it. A
  /// column is a declared attribute, `item_id`, `title`, `available_time`, `expire_time`,
  /// `image_uri`, or is left out with a count in the result.
  public var path: String
  /// Column of the item id; empty: `item_id`.
  public var itemIDColumn: String
  /// Separator within a column of a STRINGS attribute; empty: `|`.
  public var listSeparator: String

  public init(
    path: String = "",
    itemIDColumn: String = "",
    listSeparator: String = ""
  ) {
    self.path = path
    self.itemIDColumn = itemIDColumn
    self.listSeparator = listSeparator
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.path = try fields.read("path") ?? ""
    self.itemIDColumn = try fields.read("itemIdColumn", "item_id_column") ?? ""
    self.listSeparator = try fields.read("listSeparator", "list_separator") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.path.isEmpty { try fields.write(self.path, "path") }
    if !self.itemIDColumn.isEmpty { try fields.write(self.itemIDColumn, "itemIdColumn") }
    if !self.listSeparator.isEmpty { try fields.write(self.listSeparator, "listSeparator") }
  }
}

/// Result of an import of items.
public struct ImportItemsResponse: Message {
  public static let fullName = "shortlist.v1.ImportItemsResponse"

  /// Rows accepted.
  public var acceptedCount: Int64
  /// Rows refused.
  public var rejectedCount: Int64
  /// File with the refused rows, their line and reason, relative to the import folder; empty if
  /// none.
  public var rejectedPath: String
  /// Columns that were left out.
  public var ignoredColumns: [String]

  public init(
    acceptedCount: Int64 = 0,
    rejectedCount: Int64 = 0,
    rejectedPath: String = "",
    ignoredColumns: [String] = []
  ) {
    self.acceptedCount = acceptedCount
    self.rejectedCount = rejectedCount
    self.rejectedPath = rejectedPath
    self.ignoredColumns = ignoredColumns
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.acceptedCount = try fields.read(Int64Form.self, "acceptedCount", "accepted_count") ?? 0
    self.rejectedCount = try fields.read(Int64Form.self, "rejectedCount", "rejected_count") ?? 0
    self.rejectedPath = try fields.read("rejectedPath", "rejected_path") ?? ""
    self.ignoredColumns = try fields.list("ignoredColumns", "ignored_columns")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.acceptedCount != 0 { try fields.write(Int64Form(self.acceptedCount), "acceptedCount") }
    if self.rejectedCount != 0 { try fields.write(Int64Form(self.rejectedCount), "rejectedCount") }
    if !self.rejectedPath.isEmpty { try fields.write(self.rejectedPath, "rejectedPath") }
    if !self.ignoredColumns.isEmpty { try fields.write(self.ignoredColumns, "ignoredColumns") }
  }
}

/// Progress of an import of items.
public struct ImportItemsMetadata: Message {
  public static let fullName = "shortlist.v1.ImportItemsMetadata"

  /// When it began.
  public var createTime: Timestamp?
  /// Rows read so far.
  public var readCount: Int64
  /// Rows in the file; 0: not known yet.
  public var totalCount: Int64

  public init(
    createTime: Timestamp? = nil,
    readCount: Int64 = 0,
    totalCount: Int64 = 0
  ) {
    self.createTime = createTime
    self.readCount = readCount
    self.totalCount = totalCount
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.createTime = try fields.read("createTime", "create_time")
    self.readCount = try fields.read(Int64Form.self, "readCount", "read_count") ?? 0
    self.totalCount = try fields.read(Int64Form.self, "totalCount", "total_count") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.createTime { try fields.write(value, "createTime") }
    if self.readCount != 0 { try fields.write(Int64Form(self.readCount), "readCount") }
    if self.totalCount != 0 { try fields.write(Int64Form(self.totalCount), "totalCount") }
  }
}
