import Foundation

/// A request's address and body.
struct HTTPTarget: Equatable {
  /// Path and query, percent-encoded.
  var address: String
  var body: Data?
}

/// A field as it goes into an address.
struct QueryItem {
  let name: String
  let value: String
}

enum HTTPTargetError: Error {
  /// A field that the path takes is empty.
  case emptyPathField(String)
  case badAddress(String)
}

extension HTTPBinding {
  /// Puts a request's fields where the contract wants them: path, body, and query for the rest.
  func target(of request: JSONValue) throws -> HTTPTarget {
    var rest = request
    var address = ""
    for part in path {
      switch part {
      case .literal(let text):
        address += text
      case .field(let names, keepsSlashes: let keepsSlashes):
        let value = rest.remove(names[...])?.queryText ?? ""
        guard !value.isEmpty else {
          throw HTTPTargetError.emptyPathField(names.joined(separator: "."))
        }
        address += value.percentEncoded(keepsSlashes ? .pathSegments : .pathSegment)
      }
    }
    var content: JSONValue?
    switch body {
    case .all:
      return HTTPTarget(address: address, body: try canonicalJSON(rest))
    case .field(let name):
      content = rest.remove([name]) ?? .object([:])
    case .none:
      break
    }
    let query = rest.queryItems(prefix: "").map { item in
      "\(item.name.percentEncoded(.unreserved))=\(item.value.percentEncoded(.unreserved))"
    }
    if !query.isEmpty {
      address += "?" + query.joined(separator: "&")
    }
    guard let content else { return HTTPTarget(address: address, body: nil) }
    return HTTPTarget(address: address, body: try canonicalJSON(content))
  }
}

/// The same bytes for the same value.
func canonicalJSON(_ value: JSONValue) throws -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return try encoder.encode(value)
}

/// A message as a JSON value.
func jsonValue(_ message: some Message) throws -> JSONValue {
  try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(message))
}

extension JSONValue {
  /// Takes out the member that names lead to.
  mutating func remove(_ names: ArraySlice<String>) -> JSONValue? {
    guard let first = names.first, case .object(var members) = self else { return nil }
    guard names.count > 1 else {
      let found = members.removeValue(forKey: first)
      self = .object(members)
      return found
    }
    guard var inner = members[first] else { return nil }
    let found = inner.remove(names.dropFirst())
    members[first] = inner
    self = .object(members)
    return found
  }

  /// A scalar as it goes into an address; nil for what is none.
  var queryText: String? {
    switch self {
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .number(let value): return String(value)
    case .string(let value): return value
    case .null, .array, .object: return nil
    }
  }

  /// Names, dotted, with values; sorted by name. A list is its name several times.
  func queryItems(prefix: String) -> [QueryItem] {
    switch self {
    case .object(let members):
      var items: [QueryItem] = []
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        items += value.queryItems(prefix: prefix.isEmpty ? name : "\(prefix).\(name)")
      }
      return items
    case .array(let values):
      return values.flatMap { $0.queryItems(prefix: prefix) }
    case .null, .bool, .integer, .number, .string:
      guard let text = queryText else { return [] }
      return [QueryItem(name: prefix, value: text)]
    }
  }
}

enum PercentEncoding {
  /// Nothing but letters, digits and `-._~`.
  case unreserved
  case pathSegment
  case pathSegments
}

extension String {
  func percentEncoded(_ encoding: PercentEncoding) -> String {
    var kept = CharacterSet(
      charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    switch encoding {
    case .unreserved: break
    // A colon could end the path before a custom verb.
    case .pathSegment: kept.insert(charactersIn: "!$&'()*+,;=@")
    // Servers leave reserved characters of several segments as they come, encoded or not.
    case .pathSegments: kept.insert(charactersIn: "!$&'()*+,;=@:/")
    }
    return addingPercentEncoding(withAllowedCharacters: kept) ?? self
  }
}
