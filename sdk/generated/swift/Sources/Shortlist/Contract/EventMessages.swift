import Foundation

/// Something a user did with items, or was shown. Immutable once accepted.
public struct Event: Message {
  public static let fullName = "shortlist.v1.Event"

  /// Chosen by the client, unique within 30 days: 1 to 128 characters of printable ASCII without
  /// space and `/`. The same id with the same payload is accepted without effect; with another
  /// payload it is EVENT_ID_CONFLICT.
  public var eventID: String
  /// What happened.
  public var type: EventType
  /// One of `userID` `visitorID`, or none.
  public var subject: Subject?
  /// The items concerned, at least one and at most 200. Unknown item ids are accepted.
  public var items: [EventItem]
  /// When it happened, by the client's clock, corrected by the batch's `sent_time`. More than 5
  /// minutes ahead is EVENT_FROM_FUTURE, more than 30 days old is EVENT_TOO_OLD. Absent: when the
  /// server received it.
  public var eventTime: Timestamp?
  /// Groups the events of one visit; at most 128 characters. May be empty.
  public var sessionID: String
  /// The `attribution_token` of the slate that led to the event, unchanged. May be empty; a token
  /// that cannot be read is INVALID_REQUEST.
  public var attributionToken: String
  /// Where it happened.
  public var context: RequestContext?

  public init(
    eventID: String = "",
    type: EventType = .unspecified,
    subject: Subject? = nil,
    items: [EventItem] = [],
    eventTime: Timestamp? = nil,
    sessionID: String = "",
    attributionToken: String = "",
    context: RequestContext? = nil
  ) {
    self.eventID = eventID
    self.type = type
    self.subject = subject
    self.items = items
    self.eventTime = eventTime
    self.sessionID = sessionID
    self.attributionToken = attributionToken
    self.context = context
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.eventID = try fields.read("eventId", "event_id") ?? ""
    self.type = try fields.read("type") ?? .unspecified
    try fields.atMostOne(
      ["userId", "user_id"],
      ["visitorId", "visitor_id"])
    if let value: String = try fields.read("userId", "user_id") {
      self.subject = .userID(value)
    } else if let value: String = try fields.read("visitorId", "visitor_id") {
      self.subject = .visitorID(value)
    }
    self.items = try fields.list("items")
    self.eventTime = try fields.read("eventTime", "event_time")
    self.sessionID = try fields.read("sessionId", "session_id") ?? ""
    self.attributionToken = try fields.read("attributionToken", "attribution_token") ?? ""
    self.context = try fields.read("context")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.eventID.isEmpty { try fields.write(self.eventID, "eventId") }
    if !self.type.isDefault { try fields.write(self.type, "type") }
    switch self.subject {
    case .userID(let value)?: try fields.write(value, "userId")
    case .visitorID(let value)?: try fields.write(value, "visitorId")
    case nil: break
    }
    if !self.items.isEmpty { try fields.write(self.items, "items") }
    if let value = self.eventTime { try fields.write(value, "eventTime") }
    if !self.sessionID.isEmpty { try fields.write(self.sessionID, "sessionId") }
    if !self.attributionToken.isEmpty { try fields.write(self.attributionToken, "attributionToken") }
    if let value = self.context { try fields.write(value, "context") }
  }

  /// One of these, or none.
  public enum Subject: Hashable, Sendable {
    /// A known user.
    case userID(String)
    /// A device or browser that has not signed in.
    case visitorID(String)
  }
}

/// One item of an event.
public struct EventItem: Message {
  public static let fullName = "shortlist.v1.EventItem"

  /// The item.
  public var itemID: String
  /// Units bought or added; absent: 1.
  public var quantity: Int32?
  /// Price of one unit in the catalogue's currency; absent: unknown.
  public var price: Double?
  /// How long the item was looked at, watched or listened to; absent: unknown.
  public var dwell: TimeSpan?
  /// Explicit rating on a scale of 1 to 5; required for RATE, ignored otherwise.
  public var rating: Float?
  /// Position in the slate that showed it, counted from 0; absent: unknown.
  public var position: Int32?

  public init(
    itemID: String = "",
    quantity: Int32? = nil,
    price: Double? = nil,
    dwell: TimeSpan? = nil,
    rating: Float? = nil,
    position: Int32? = nil
  ) {
    self.itemID = itemID
    self.quantity = quantity
    self.price = price
    self.dwell = dwell
    self.rating = rating
    self.position = position
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.itemID = try fields.read("itemId", "item_id") ?? ""
    self.quantity = try fields.read(Int32Form.self, "quantity")
    self.price = try fields.read(DoubleForm.self, "price")
    self.dwell = try fields.read("dwell")
    self.rating = try fields.read(FloatForm.self, "rating")
    self.position = try fields.read(Int32Form.self, "position")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.itemID.isEmpty { try fields.write(self.itemID, "itemId") }
    if let value = self.quantity { try fields.write(Int32Form(value), "quantity") }
    if let value = self.price { try fields.write(DoubleForm(value), "price") }
    if let value = self.dwell { try fields.write(value, "dwell") }
    if let value = self.rating { try fields.write(FloatForm(value), "rating") }
    if let value = self.position { try fields.write(Int32Form(value), "position") }
  }
}

/// What happened. Values unknown to a server are refused with INVALID_REQUEST; values unknown to a
/// client are to be ignored.
public struct EventType: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not set; refused.
  public static let unspecified = EventType(rawValue: "EVENT_TYPE_UNSPECIFIED")
  /// The item came into view.
  public static let impression = EventType(rawValue: "EVENT_TYPE_IMPRESSION")
  /// The item was opened.
  public static let click = EventType(rawValue: "EVENT_TYPE_CLICK")
  /// The item's page or player was shown, however it was reached.
  public static let view = EventType(rawValue: "EVENT_TYPE_VIEW")
  /// The item was watched, read or listened to for long.
  public static let longView = EventType(rawValue: "EVENT_TYPE_LONG_VIEW")
  /// The user liked the item.
  public static let like = EventType(rawValue: "EVENT_TYPE_LIKE")
  /// The user put the item into a cart.
  public static let addToCart = EventType(rawValue: "EVENT_TYPE_ADD_TO_CART")
  /// The user took the item out of a cart.
  public static let removeFromCart = EventType(rawValue: "EVENT_TYPE_REMOVE_FROM_CART")
  /// The user bought the item.
  public static let purchase = EventType(rawValue: "EVENT_TYPE_PURCHASE")
  /// The user rated the item.
  public static let rate = EventType(rawValue: "EVENT_TYPE_RATE")
  /// The user shared the item.
  public static let share = EventType(rawValue: "EVENT_TYPE_SHARE")
  /// The user followed the item's author or channel.
  public static let follow = EventType(rawValue: "EVENT_TYPE_FOLLOW")
  /// The user commented on the item.
  public static let comment = EventType(rawValue: "EVENT_TYPE_COMMENT")
  /// The user does not want to see the item again.
  public static let hide = EventType(rawValue: "EVENT_TYPE_HIDE")

  public static let namesByNumber: [Int: String] = [
    0: "EVENT_TYPE_UNSPECIFIED",
    1: "EVENT_TYPE_IMPRESSION",
    2: "EVENT_TYPE_CLICK",
    3: "EVENT_TYPE_VIEW",
    4: "EVENT_TYPE_LONG_VIEW",
    5: "EVENT_TYPE_LIKE",
    6: "EVENT_TYPE_ADD_TO_CART",
    7: "EVENT_TYPE_REMOVE_FROM_CART",
    8: "EVENT_TYPE_PURCHASE",
    9: "EVENT_TYPE_RATE",
    10: "EVENT_TYPE_SHARE",
    11: "EVENT_TYPE_FOLLOW",
    12: "EVENT_TYPE_COMMENT",
    13: "EVENT_TYPE_HIDE",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}
