/// A message of the contract. Its JSON form is that of protobuf; members that this version does not know
/// are left out when it is read.
public protocol Message: Codable, Hashable, Sendable {
  /// The name in the contract, with its package.
  static var fullName: String { get }
}

/// An enum of the contract. It is open: values that this version does not know are kept as they came.
public protocol OpenEnum: Codable, Hashable, Sendable, RawRepresentable
where RawValue == String {
  init(rawValue: String)
  /// The values by their numbers.
  static var namesByNumber: [Int: String] { get }
}

extension OpenEnum {
  /// Whether it is one of the values that this version knows.
  public var isKnown: Bool { Self.namesByNumber.values.contains(rawValue) }

  /// Whether it is the value that stands for "not set".
  var isDefault: Bool { rawValue == Self.namesByNumber[0] }
}

/// Reads a value's name, or its number: so newer senders write values that older ones don't know.
func enumName(from decoder: any Decoder, _ namesByNumber: [Int: String]) throws -> String {
  let container = try decoder.singleValueContainer()
  if let number = try? container.decode(Int.self) {
    return namesByNumber[number] ?? String(number)
  }
  return try container.decode(String.self)
}

/// Writes a value's name, or its number if it came as one.
func encodeEnum(_ name: String, to encoder: any Encoder) throws {
  var container = encoder.singleValueContainer()
  if let number = Int(name) {
    try container.encode(number)
  } else {
    try container.encode(name)
  }
}

/// A message without fields.
public struct Empty: Message {
  public static let fullName = "google.protobuf.Empty"

  public init() {}

  public init(from decoder: any Decoder) throws {
    _ = try FieldReader(decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    _ = FieldWriter(encoder)
  }
}

/// A message of a type that is told beside it.
public struct AnyMessage: Hashable, Sendable, Codable {
  /// The message with its type as the member `@type`.
  public var json: JSONValue

  public init(json: JSONValue) {
    self.json = json
  }

  public init(from decoder: any Decoder) throws {
    json = try JSONValue(from: decoder)
  }

  public func encode(to encoder: any Encoder) throws {
    try json.encode(to: encoder)
  }

  /// The full name of the message's type; empty if it is not told.
  public var typeName: String {
    let url = json["@type"]?.stringValue ?? ""
    return url.split(separator: "/").last.map { String($0) } ?? ""
  }
}

/// Holds a message within one of its own type.
@propertyWrapper
public struct Boxed<Value> {
  // An array is the one container that a value may hold itself in.
  private var storage: [Value]

  public init(wrappedValue: Value) {
    storage = [wrappedValue]
  }

  public var wrappedValue: Value {
    get { storage[0] }
    set { storage[0] = newValue }
  }
}

extension Boxed: Sendable where Value: Sendable {}
extension Boxed: Equatable where Value: Equatable {}
extension Boxed: Hashable where Value: Hashable {}
