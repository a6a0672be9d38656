import Foundation

/// Asks for a profile.
public struct GetUserRequest: Message {
  public static let fullName = "shortlist.v1.GetUserRequest"

  /// `users/{user}`.
  public var name: String

  public init(
    name: String = ""
  ) {
    self.name = name
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
  }
}

/// Changes a profile.
public struct UpdateUserRequest: Message {
  public static let fullName = "shortlist.v1.UpdateUserRequest"

  /// The user, by its `name`, with its new values.
  public var user: User?
  /// Which fields to change, such as `attributes` or `attributes.country`; absent: those that are
  /// set, each attribute for itself; `*`: all.
  public var updateMask: FieldMask?
  /// Create the profile if there is none.
  public var allowMissing: Bool
  /// Check only.
  public var validateOnly: Bool

  public init(
    user: User? = nil,
    updateMask: FieldMask? = nil,
    allowMissing: Bool = false,
    validateOnly: Bool = false
  ) {
    self.user = user
    self.updateMask = updateMask
    self.allowMissing = allowMissing
    self.validateOnly = validateOnly
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.user = try fields.read("user")
    self.updateMask = try fields.read("updateMask", "update_mask")
    self.allowMissing = try fields.read("allowMissing", "allow_missing") ?? false
    self.validateOnly = try fields.read("validateOnly", "validate_only") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.user { try fields.write(value, "user") }
    if let value = self.updateMask { try fields.write(value, "updateMask") }
    if self.allowMissing { try fields.write(self.allowMissing, "allowMissing") }
    if self.validateOnly { try fields.write(self.validateOnly, "validateOnly") }
  }
}

/// Adds a visitor to a user.
public struct MergeUsersRequest: Message {
  public static let fullName = "shortlist.v1.MergeUsersRequest"

  /// The user, `users/{user}`; the profile need not exist.
  public var user: String
  /// The visitor to add. A visitor that was added to another user is INVALID_REQUEST.
  public var visitorID: String

  public init(
    user: String = "",
    visitorID: String = ""
  ) {
    self.user = user
    self.visitorID = visitorID
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.user = try fields.read("user") ?? ""
    self.visitorID = try fields.read("visitorId", "visitor_id") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.user.isEmpty { try fields.write(self.user, "user") }
    if !self.visitorID.isEmpty { try fields.write(self.visitorID, "visitorId") }
  }
}

/// The visitor is merged.
public struct MergeUsersResponse: Message {
  public static let fullName = "shortlist.v1.MergeUsersResponse"

  /// Events that now count as the user's; 0 if the visitor had been merged before.
  public var mergedEventCount: Int64

  public init(
    mergedEventCount: Int64 = 0
  ) {
    self.mergedEventCount = mergedEventCount
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.mergedEventCount = try fields.read(Int64Form.self, "mergedEventCount", "merged_event_count") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.mergedEventCount != 0 { try fields.write(Int64Form(self.mergedEventCount), "mergedEventCount") }
  }
}

/// Erases a user.
public struct EraseUserRequest: Message {
  public static let fullName = "shortlist.v1.EraseUserRequest"

  /// `users/{user}`; a user without any data is erased all the same.
  public var name: String

  public init(
    name: String = ""
  ) {
    self.name = name
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
  }
}

/// Exports a user.
public struct ExportUserRequest: Message {
  public static let fullName = "shortlist.v1.ExportUserRequest"

  /// `users/{user}`.
  public var name: String

  public init(
    name: String = ""
  ) {
    self.name = name
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
  }
}

/// Progress of an erasure or an export.
public struct UserOperationMetadata: Message {
  public static let fullName = "shortlist.v1.UserOperationMetadata"

  /// The user, `users/{user}`.
  public var user: String
  /// When it began.
  public var createTime: Timestamp?

  public init(
    user: String = "",
    createTime: Timestamp? = nil
  ) {
    self.user = user
    self.createTime = createTime
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.user = try fields.read("user") ?? ""
    self.createTime = try fields.read("createTime", "create_time")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.user.isEmpty { try fields.write(self.user, "user") }
    if let value = self.createTime { try fields.write(value, "createTime") }
  }
}
