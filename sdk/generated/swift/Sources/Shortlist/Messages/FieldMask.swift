/// Names of fields, as they are in the contract: `available_time`, `attributes.price`.
public struct FieldMask: Hashable, Sendable, ExpressibleByArrayLiteral {
  public var paths: [String]

  public init(paths: [String] = []) {
    self.paths = paths
  }

  public init(arrayLiteral elements: String...) {
    paths = elements
  }
}

extension FieldMask: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    paths = text.split(separator: ",").map { snakeCase(String($0)) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(paths.map(camelCase).joined(separator: ","))
  }
}

/// `available_time` as `availableTime`.
private func camelCase(_ path: String) -> String {
  var made = ""
  var isAfterUnderscore = false
  for character in path {
    if character == "_" {
      isAfterUnderscore = true
    } else {
      made += isAfterUnderscore ? character.uppercased() : String(character)
      isAfterUnderscore = false
    }
  }
  return made
}

/// `availableTime` as `available_time`.
private func snakeCase(_ path: String) -> String {
  var made = ""
  for character in path {
    made += character.isUppercase ? "_" + character.lowercased() : String(character)
  }
  return made
}
