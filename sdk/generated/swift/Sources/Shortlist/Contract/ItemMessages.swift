import Foundation

/// Something that can be recommended. Resource `items/{item}`.
public struct Item: Message {
  public static let fullName = "shortlist.v1.Item"

  /// Resource name `items/{item}`, where `{item}` is the item id: 1 to 128 characters of printable
  /// ASCII without space and `/`, case-sensitive.
  public var name: String
  /// Human-readable title, at most 1,000 characters. May be empty.
  public var title: String
  /// Values of the attributes declared in the catalog, by attribute name. An undeclared name is
  /// refused with UNKNOWN_ATTRIBUTE. An absent attribute has no value.
  public var attributes: [String: AttributeValue]
  /// When the item may first be shown. Absent: from its creation.
  public var availableTime: Timestamp?
  /// When the item may no longer be shown. Absent: never.
  public var expireTime: Timestamp?
  /// Whether the item may be shown now. `ITEM_STATE_UNSPECIFIED` in a write means ACTIVE.
  public var state: ItemState
  /// Set by the server when the item was first written.
  public var createTime: Timestamp?
  /// Set by the server at every write.
  public var updateTime: Timestamp?
  /// Web address of a picture, at most 2,000 characters. May be empty.
  public var imageURI: String

  public init(
    name: String = "",
    title: String = "",
    attributes: [String: AttributeValue] = [:],
    availableTime: Timestamp? = nil,
    expireTime: Timestamp? = nil,
    state: ItemState = .unspecified,
    createTime: Timestamp? = nil,
    updateTime: Timestamp? = nil,
    imageURI: String = ""
  ) {
    self.name = name
    self.title = title
    self.attributes = attributes
    self.availableTime = availableTime
    self.expireTime = expireTime
    self.state = state
    self.createTime = createTime
    self.updateTime = updateTime
    self.imageURI = imageURI
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.title = try fields.read("title") ?? ""
    self.attributes = try fields.map("attributes")
    self.availableTime = try fields.read("availableTime", "available_time")
    self.expireTime = try fields.read("expireTime", "expire_time")
    self.state = try fields.read("state") ?? .unspecified
    self.createTime = try fields.read("createTime", "create_time")
    self.updateTime = try fields.read("updateTime", "update_time")
    self.imageURI = try fields.read("imageUri", "image_uri") ?? ""
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if !self.title.isEmpty { try fields.write(self.title, "title") }
    if !self.attributes.isEmpty { try fields.writeMap(self.attributes, "attributes") }
    if let value = self.availableTime { try fields.write(value, "availableTime") }
    if let value = self.expireTime { try fields.write(value, "expireTime") }
    if !self.state.isDefault { try fields.write(self.state, "state") }
    if let value = self.createTime { try fields.write(value, "createTime") }
    if let value = self.updateTime { try fields.write(value, "updateTime") }
    if !self.imageURI.isEmpty { try fields.write(self.imageURI, "imageUri") }
  }
}

/// One attribute value; its kind must be the declared type of the attribute.
public struct AttributeValue: Message {
  public static let fullName = "shortlist.v1.AttributeValue"

  /// One of `stringValue` `stringsValue` `numberValue` `timestampValue`, or none.
  public var kind: Kind?

  public init(
    kind: Kind? = nil
  ) {
    self.kind = kind
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    try fields.atMostOne(
      ["stringValue", "string_value"],
      ["stringsValue", "strings_value"],
      ["numberValue", "number_value"],
      ["timestampValue", "timestamp_value"])
    if let value: String = try fields.read("stringValue", "string_value") {
      self.kind = .stringValue(value)
    } else if let value: StringList = try fields.read("stringsValue", "strings_value") {
      self.kind = .stringsValue(value)
    } else if let value: Double = try fields.read(DoubleForm.self, "numberValue", "number_value") {
      self.kind = .numberValue(value)
    } else if let value: Timestamp = try fields.read("timestampValue", "timestamp_value") {
      self.kind = .timestampValue(value)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    switch self.kind {
    case .stringValue(let value)?: try fields.write(value, "stringValue")
    case .stringsValue(let value)?: try fields.write(value, "stringsValue")
    case .numberValue(let value)?: try fields.write(DoubleForm(value), "numberValue")
    case .timestampValue(let value)?: try fields.write(value, "timestampValue")
    case nil: break
    }
  }

  /// One of these, or none.
  public enum Kind: Hashable, Sendable {
    /// For attributes of type STRING or TEXT; at most 10,000 characters.
    case stringValue(String)
    /// For attributes of type STRINGS.
    case stringsValue(StringList)
    /// For attributes of type NUMBER; finite.
    case numberValue(Double)
    /// For attributes of type TIMESTAMP.
    case timestampValue(Timestamp)
  }
}

/// A set of strings, at most 200 of at most 256 characters.
public struct StringList: Message {
  public static let fullName = "shortlist.v1.StringList"

  /// The strings; order has no meaning, duplicates are dropped.
  public var values: [String]

  public init(
    values: [String] = []
  ) {
    self.values = values
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.values = try fields.list("values")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.values.isEmpty { try fields.write(self.values, "values") }
  }
}

/// The schema of the one catalogue of a deployment. Resource `catalog`.
public struct Catalog: Message {
  public static let fullName = "shortlist.v1.Catalog"

  /// Always `catalog`.
  public var name: String
  /// Declared item attributes. Additive only: an attribute is never removed and never changes type.
  public var itemAttributes: [Attribute]
  /// Declared user attributes, under the same rule.
  public var userAttributes: [Attribute]
  /// Number of items that are not deleted.
  public var itemCount: Int64
  /// When the schema last changed.
  public var updateTime: Timestamp?

  public init(
    name: String = "",
    itemAttributes: [Attribute] = [],
    userAttributes: [Attribute] = [],
    itemCount: Int64 = 0,
    updateTime: Timestamp? = nil
  ) {
    self.name = name
    self.itemAttributes = itemAttributes
    self.userAttributes = userAttributes
    self.itemCount = itemCount
    self.updateTime = updateTime
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.itemAttributes = try fields.list("itemAttributes", "item_attributes")
    self.userAttributes = try fields.list("userAttributes", "user_attributes")
    self.itemCount = try fields.read(Int64Form.self, "itemCount", "item_count") ?? 0
    self.updateTime = try fields.read("updateTime", "update_time")
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if !self.itemAttributes.isEmpty { try fields.write(self.itemAttributes, "itemAttributes") }
    if !self.userAttributes.isEmpty { try fields.write(self.userAttributes, "userAttributes") }
    if self.itemCount != 0 { try fields.write(Int64Form(self.itemCount), "itemCount") }
    if let value = self.updateTime { try fields.write(value, "updateTime") }
  }
}

/// Declares one attribute.
public struct Attribute: Message {
  public static let fullName = "shortlist.v1.Attribute"

  /// Lower-case identifier, at most 64 characters.
  public var name: String
  /// The type of its values.
  public var type: AttributeType
  /// May be used in `filter` expressions.
  public var filterable: Bool
  /// Is offered to the models as a feature.
  public var feature: Bool

  public init(
    name: String = "",
    type: AttributeType = .unspecified,
    filterable: Bool = false,
    feature: Bool = false
  ) {
    self.name = name
    self.type = type
    self.filterable = filterable
    self.feature = feature
  }

  public init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    self.name = try fields.read("name") ?? ""
    self.type = try fields.read("type") ?? .unspecified
    self.filterable = try fields.read("filterable") ?? false
    self.feature = try fields.read("feature") ?? false
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    if !self.name.isEmpty { try fields.write(self.name, "name") }
    if !self.type.isDefault { try fields.write(self.type, "type") }
    if self.filterable { try fields.write(self.filterable, "filterable") }
    if self.feature { try fields.write(self.feature, "feature") }
  }
}

/// Whether an item may be shown.
public struct ItemState: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not set; ACTIVE in a write.
  public static let unspecified = ItemState(rawValue: "ITEM_STATE_UNSPECIFIED")
  /// May be shown.
  public static let active = ItemState(rawValue: "ITEM_STATE_ACTIVE")
  /// Kept, but never shown (out of stock, withdrawn, under review).
  public static let unavailable = ItemState(rawValue: "ITEM_STATE_UNAVAILABLE")

  public static let namesByNumber: [Int: String] = [
    0: "ITEM_STATE_UNSPECIFIED",
    1: "ITEM_STATE_ACTIVE",
    2: "ITEM_STATE_UNAVAILABLE",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}

/// The type of an attribute's values.
public struct AttributeType: OpenEnum {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not set; refused.
  public static let unspecified = AttributeType(rawValue: "ATTRIBUTE_TYPE_UNSPECIFIED")
  /// One string, compared as a whole (a category, an author, a language).
  public static let string = AttributeType(rawValue: "ATTRIBUTE_TYPE_STRING")
  /// A set of strings (genres, tags).
  public static let strings = AttributeType(rawValue: "ATTRIBUTE_TYPE_STRINGS")
  /// A finite number (a price, a duration, a year).
  public static let number = AttributeType(rawValue: "ATTRIBUTE_TYPE_NUMBER")
  /// A point in time.
  public static let timestamp = AttributeType(rawValue: "ATTRIBUTE_TYPE_TIMESTAMP")
  /// Free text, split into words for content similarity; not filterable by equality.
  public static let text = AttributeType(rawValue: "ATTRIBUTE_TYPE_TEXT")

  public static let namesByNumber: [Int: String] = [
    0: "ATTRIBUTE_TYPE_UNSPECIFIED",
    1: "ATTRIBUTE_TYPE_STRING",
    2: "ATTRIBUTE_TYPE_STRINGS",
    3: "ATTRIBUTE_TYPE_NUMBER",
    4: "ATTRIBUTE_TYPE_TIMESTAMP",
    5: "ATTRIBUTE_TYPE_TEXT",
  ]

  public init(from decoder: any Decoder) throws {
    self.init(rawValue: try enumName(from: decoder, Self.namesByNumber))
  }

  public func encode(to encoder: any Encoder) throws {
    try encodeEnum(rawValue, to: encoder)
  }
}
