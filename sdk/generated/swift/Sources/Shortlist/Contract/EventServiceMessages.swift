import Foundation

/// Writes one event.
public struct WriteEventRequest: Message {
  public static let fullName = "shortlist.v1.WriteEventRequest"

  /// The event.
  public var event: Event?
  /// The client's clock when it sent the request; the server corrects `event_time` by the
  /// difference. Absent: the client's clock is taken as right.
  public var sentTime: Timestamp?

  public init(
    event: Event? = nil,
    sentTime: Timestamp? = nil
  ) {
    self.event = event
    self.sentTime = sentTime
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.event = try fields.read("event")
    self.sentTime = try fields.read("sentTime", "sent_time")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if let value = self.event { try fields.write(value, "event") }
    if let value = self.sentTime { try fields.write(value, "sentTime") }
  }
}

/// The event is durable.
public struct WriteEventResponse: Message {
  public static let fullName = "shortlist.v1.WriteEventResponse"

  /// The event had been written before; this write had no effect.
  public var duplicate: Bool
  /// Place in the log, increasing.
  public var offset: Int64

  public init(
    duplicate: Bool = false,
    offset: Int64 = 0
  ) {
    self.duplicate = duplicate
    self.offset = offset
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.duplicate = try fields.read("duplicate") ?? false
    self.offset = try fields.read(Int64Form.self, "offset") ?? 0
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.duplicate { try fields.write(self.duplicate, "duplicate") }
    if self.offset != 0 { try fields.write(Int64Form(self.offset), "offset") }
  }
}

/// Writes several events.
public struct BatchWriteEventsRequest: Message {
  public static let fullName = "shortlist.v1.BatchWriteEventsRequest"

  /// At least 1 and at most 500; more is BATCH_TOO_LARGE. Checked one by one, so a fault is
  /// reported for its event alone.
  public var events: [Event]
  /// As in WriteEventRequest.
  public var sentTime: Timestamp?

  public init(
    events: [Event] = [],
    sentTime: Timestamp? = nil
  ) {
    self.events = events
    self.sentTime = sentTime
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.events = try fields.list("events")
    self.sentTime = try fields.read("sentTime", "sent_time")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.events.isEmpty { try fields.write(self.events, "events") }
    if let value = self.sentTime { try fields.write(value, "sentTime") }
  }
}

/// One result for each event.
public struct BatchWriteEventsResponse: Message {
  public static let fullName = "shortlist.v1.BatchWriteEventsResponse"

  /// In the order of the request.
  public var results: [WriteEventResult]

  public init(
    results: [WriteEventResult] = []
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

/// What became of one event.
public struct WriteEventResult: Message {
  public static let fullName = "shortlist.v1.WriteEventResult"

  /// The event's id, as given.
  public var eventID: String
  /// One of `accepted` `error`, or none.
  public var outcome: Outcome?

  public init(
    eventID: String = "",
    outcome: Outcome? = nil
  ) {
    self.eventID = eventID
    self.outcome = outcome
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.eventID = try fields.read("eventId", "event_id") ?? ""
    try fields.atMostOne(
      ["accepted"],
      ["error"])
    if let value: WriteEventResponse = try fields.read("accepted") {
      self.outcome = .accepted(value)
    } else if let value: RpcStatus = try fields.read("error") {
      self.outcome = .error(value)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.eventID.isEmpty { try fields.write(self.eventID, "eventId") }
    switch self.outcome {
    case .accepted(let value)?: try fields.write(value, "accepted")
    case .error(let value)?: try fields.write(value, "error")
    case nil: break
    }
  }

  /// One of these, or none.
  public enum Outcome: Hashable, Sendable {
    /// The event is durable.
    case accepted(WriteEventResponse)
    /// The event was refused; the same errors as of WriteEvent.
    case error(RpcStatus)
  }
}

/// Imports events from a file.
public struct ImportEventsRequest: Message {
  public static let fullName = "shortlist.v1.ImportEventsRequest"

  /// Path of a CSV or Parquet file, relative to the deployment's import folder; may not leave it.
  public var path: String
  /// Which columns hold which fields; an absent column has its field's name.
  public var columns: EventColumns?

  public init(
    path: String = "",
    columns: EventColumns? = nil
  ) {
    self.path = path
    self.columns = columns
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.path = try fields.read("path") ?? ""
    self.columns = try fields.read("columns")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.path.isEmpty { try fields.write(self.path, "path") }
    if let value = self.columns { try fields.write(value, "columns") }
  }
}

/// Column names of an event file.
public struct EventColumns: Message {
  public static let fullName = "shortlist.v1.EventColumns"

  /// Column of the event id; empty: `event_id` if there, else made from file name and row.
  public var eventID: String
  /// Column of the event type; empty: `type`.
  public var type: String
  /// Column of the user id; empty: `user_id`.
  public var userID: String
  /// Column of the item id; empty: `item_id`.
  public var itemID: String
  /// Column of the time (RFC 3339, or a number of seconds or milliseconds since 1970); empty:
  /// `event_time`.
  public var eventTime: String
  /// Type of every row when the file has no type column.
  public var defaultType: EventType

  public init(
    eventID: String = "",
    type: String = "",
    userID: String = "",
    itemID: String = "",
    eventTime: String = "",
    defaultType: EventType = .unspecified
  ) {
    self.eventID = eventID
    self.type = type
    self.userID = userID
    self.itemID = itemID
    self.eventTime = eventTime
    self.defaultType = defaultType
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.eventID = try fields.read("eventId", "event_id") ?? ""
    self.type = try fields.read("type") ?? ""
    self.userID = try fields.read("userId", "user_id") ?? ""
    self.itemID = try fields.read("itemId", "item_id") ?? ""
    self.eventTime = try fields.read("eventTime", "event_time") ?? ""
    self.defaultType = try fields.read("defaultType", "default_type") ?? .unspecified
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.eventID.isEmpty { try fields.write(self.eventID, "eventId") }
    if !self.type.isEmpty { try fields.write(self.type, "type") }
    if !self.userID.isEmpty { try fields.write(self.userID, "userId") }
    if !self.itemID.isEmpty { try fields.write(self.itemID, "itemId") }
    if !self.eventTime.isEmpty { try fields.write(self.eventTime, "eventTime") }
    if !self.defaultType.isDefault { try fields.write(self.defaultType, "defaultType") }
  }
}

/// Result of an import of events.
public struct ImportEventsResponse: Message {
  public static let fullName = "shortlist.v1.ImportEventsResponse"

  /// Rows accepted.
  public var acceptedCount: Int64
  /// Rows that had been imported before.
  public var duplicateCount: Int64
  /// Rows refused.
  public var rejectedCount: Int64
  /// File with the refused rows, their line and reason, relative to the import folder; empty if
  /// none.
  public var rejectedPath: String

  public init(
    acceptedCount: Int64 = 0,
    duplicateCount: Int64 = 0,
    rejectedCount: Int64 = 0,
    rejectedPath: String = ""
  ) {
    self.acceptedCount = acceptedCount
    self.duplicateCount = duplicateCount
    self.rejectedCount = rejectedCount
    self.rejectedPath = rejectedPath
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.acceptedCount = try fields.read(Int64Form.self, "acceptedCount", "accepted_count") ?? 0
    self.duplicateCount = try fields.read(Int64Form.self, "duplicateCount", "duplicate_count") ?? 0
    self.rejectedCount = try fields.read(Int64Form.self, "rejectedCount", "rejected_count") ?? 0
    self.rejectedPath = try fields.read("rejectedPath", "rejected_path") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if self.acceptedCount != 0 { try fields.write(Int64Form(self.acceptedCount), "acceptedCount") }
    if self.duplicateCount != 0 { try fields.write(Int64Form(self.duplicateCount), "duplicateCount") }
    if self.rejectedCount != 0 { try fields.write(Int64Form(self.rejectedCount), "rejectedCount") }
    if !self.rejectedPath.isEmpty { try fields.write(self.rejectedPath, "rejectedPath") }
  }
}

/// Progress of an import of events.
public struct ImportEventsMetadata: Message {
  public static let fullName = "shortlist.v1.ImportEventsMetadata"

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
