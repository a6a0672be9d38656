import Foundation

/// A member of a JSON object.
struct FieldKey: CodingKey {
  let stringValue: String

  var intValue: Int? { nil }

  init(_ name: String) {
    stringValue = name
  }

  init?(stringValue: String) {
    self.stringValue = stringValue
  }

  init?(intValue: Int) {
    return nil
  }
}

/// Reads the fields of a message. Each may go by several names: the JSON name, then that in the contract.
/// `null` is the same as a field that is absent.
struct FieldReader {
  private let container: KeyedDecodingContainer<FieldKey>

  init(_ decoder: any Decoder) throws {
    container = try decoder.container(keyedBy: FieldKey.self)
  }

  func read<Value: Decodable>(_ names: String...) throws -> Value? {
    try first(names, of: Value.self)
  }

  func read<Form: ScalarForm>(_ form: Form.Type, _ names: String...) throws -> Form.Value? {
    try first(names, of: Form.self)?.value
  }

  func list<Value: Decodable>(_ names: String...) throws -> [Value] {
    try first(names, of: [Value].self) ?? []
  }

  func list<Form: ScalarForm>(_ form: Form.Type, _ names: String...) throws -> [Form.Value] {
    try first(names, of: [Form].self)?.map(\.value) ?? []
  }

  func map<Key: MapKey, Value: Decodable>(_ names: String...) throws -> [Key: Value] {
    try entries(names, of: Value.self)
  }

  func map<Key: MapKey, Form: ScalarForm>(
    _ form: Form.Type, _ names: String...
  ) throws -> [Key: Form.Value] {
    let found: [Key: Form] = try entries(names, of: Form.self)
    return found.mapValues(\.value)
  }

  /// Refuses an object in which more than one of some fields is set; each may go by several names.
  func atMostOne(_ fields: [String]...) throws {
    let set = try fields.filter { names in
      try names.contains { name in
        let key = FieldKey(name)
        return try container.contains(key) && !container.decodeNil(forKey: key)
      }
    }
    guard set.count > 1 else { return }
    let names = set.map { $0[0] }.joined(separator: " and ")
    throw DecodingError.dataCorrupted(
      DecodingError.Context(
        codingPath: container.codingPath, debugDescription: "\(names) exclude each other"))
  }

  private func first<Value: Decodable>(_ names: [String], of type: Value.Type) throws -> Value? {
    for name in names {
      if let value = try container.decodeIfPresent(type, forKey: FieldKey(name)) {
        return value
      }
    }
    return nil
  }

  private func entries<Key: MapKey, Value: Decodable>(
    _ names: [String], of type: Value.Type
  ) throws -> [Key: Value] {
    var found: [Key: Value] = [:]
    for name in names.map({ FieldKey($0) }) where container.contains(name) {
      if try container.decodeNil(forKey: name) { continue }
      let map = try container.nestedContainer(keyedBy: FieldKey.self, forKey: name)
      for key in map.allKeys {
        guard let parsed = Key(mapKey: key.stringValue) else {
          throw DecodingError.dataCorruptedError(
            forKey: key, in: map, debugDescription: "not a key of this map")
        }
        found[parsed] = try map.decode(type, forKey: key)
      }
    }
    return found
  }
}

/// Writes the fields of a message by their JSON names.
struct FieldWriter {
  private var container: KeyedEncodingContainer<FieldKey>

  init(_ encoder: any Encoder) {
    container = encoder.container(keyedBy: FieldKey.self)
  }

  mutating func write<Value: Encodable>(_ value: Value, _ name: String) throws {
    try container.encode(value, forKey: FieldKey(name))
  }

  mutating func writeMap<Key: MapKey, Value: Encodable>(
    _ map: [Key: Value], _ name: String
  ) throws {
    var nested = container.nestedContainer(keyedBy: FieldKey.self, forKey: FieldKey(name))
    for (key, value) in map {
      try nested.encode(value, forKey: FieldKey(key.mapKey))
    }
  }
}

/// What keys of maps are.
protocol MapKey: Hashable {
  init?(mapKey: String)
  var mapKey: String { get }
}

extension MapKey where Self: LosslessStringConvertible {
  init?(mapKey: String) {
    self.init(mapKey)
  }

  var mapKey: String { description }
}

extension String: MapKey {}
extension Bool: MapKey {}
extension Int32: MapKey {}
extension Int64: MapKey {}
extension UInt32: MapKey {}
extension UInt64: MapKey {}
