import Foundation

/// A person or account known by a stable id. Resource `users/{user}`.
public struct User: Message {
  public static let fullName = "shortlist.v1.User"

  /// Resource name `users/{user}`; the id follows the same rule as item ids.
  public var name: String
  /// Values of the user attributes declared in the catalog; an undeclared name is refused with
  /// UNKNOWN_ATTRIBUTE.
  public var attributes: [String: AttributeValue]
  /// Set by the server when the profile was first written.
  public var createTime: Timestamp?
  /// Set by the server at every write.
  public var updateTime: Timestamp?

  public init(
    name: String = "",
    attributes: [String: AttributeValue] = [:],
    createTime: Timestamp? = nil,
    updateTime: Timestamp? = nil
  ) {
    self.name = name
    self.attributes = attributes
    self.createTime = createTime
    self.updateTime = updateTime
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.attributes = try fields.map("attributes")
    self.createTime = try fields.read("createTime", "create_time")
    self.updateTime = try fields.read("updateTime", "update_time")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if !self.attributes.isEmpty { try fields.writeMap(self.attributes, "attributes") }
    if let value = self.createTime { try fields.write(value, "createTime") }
    if let value = self.updateTime { try fields.write(value, "updateTime") }
  }
}

/// What is left of an erased user: where data was found and what became of it.
public struct ErasureReceipt: Message {
  public static let fullName = "shortlist.v1.ErasureReceipt"

  /// The erased user, `users/{user}`.
  public var user: String
  /// When the erasure took effect; events of the user up to this time are refused from then on.
  public var eraseTime: Timestamp?
  /// One entry for each store that may hold data of a user.
  public var stores: [StoreErasure]

  public init(
    user: String = "",
    eraseTime: Timestamp? = nil,
    stores: [StoreErasure] = []
  ) {
    self.user = user
    self.eraseTime = eraseTime
    self.stores = stores
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.user = try fields.read("user") ?? ""
    self.eraseTime = try fields.read("eraseTime", "erase_time")
    self.stores = try fields.list("stores")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.user.isEmpty { try fields.write(self.user, "user") }
    if let value = self.eraseTime { try fields.write(value, "eraseTime") }
    if !self.stores.isEmpty { try fields.write(self.stores, "stores") }
  }
}

/// What was erased from one store.
public struct StoreErasure: Message {
  public static let fullName = "shortlist.v1.StoreErasure"

  /// Name of the store: event_log, profiles, online_features, sessions, slate_log, models.
  public var store: String
  /// Records that were erased; 0 if the store held none.
  public var erasedCount: Int64

  public init(
    store: String = "",
    erasedCount: Int64 = 0
  ) {
    self.store = store
    self.erasedCount = erasedCount
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.store = try fields.read("store") ?? ""
    self.erasedCount = try fields.read(Int64Form.self, "erasedCount", "erased_count") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.store.isEmpty { try fields.write(self.store, "store") }
    if self.erasedCount != 0 { try fields.write(Int64Form(self.erasedCount), "erasedCount") }
  }
}

/// Everything the deployment holds about one user.
public struct UserExport: Message {
  public static let fullName = "shortlist.v1.UserExport"

  /// The profile; absent if none was written.
  public var user: User?
  /// Files written, relative to the deployment's export folder.
  public var files: [String]
  /// Number of events written.
  public var eventCount: Int64
  /// When the export was read.
  public var readTime: Timestamp?

  public init(
    user: User? = nil,
    files: [String] = [],
    eventCount: Int64 = 0,
    readTime: Timestamp? = nil
  ) {
    self.user = user
    self.files = files
    self.eventCount = eventCount
    self.readTime = readTime
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.user = try fields.read("user")
    self.files = try fields.list("files")
    self.eventCount = try fields.read(Int64Form.self, "eventCount", "event_count") ?? 0
    self.readTime = try fields.read("readTime", "read_time")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.user { try fields.write(value, "user") }
    if !self.files.isEmpty { try fields.write(self.files, "files") }
    if self.eventCount != 0 { try fields.write(Int64Form(self.eventCount), "eventCount") }
    if let value = self.readTime { try fields.write(value, "readTime") }
  }
}
