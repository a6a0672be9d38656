import Foundation
import Shortlist

/// A value that tasks share.
final class Shared<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  init(_ value: Value) {
    self.value = value
  }

  var current: Value { lock.withLock { value } }

  func update(_ change: (inout Value) -> Void) {
    lock.withLock { change(&value) }
  }
}

/// Reads a message from JSON.
func decoded<Read: Message>(_ type: Read.Type, _ json: JSONValue?) throws -> Read {
  try JSONDecoder().decode(type, from: JSONEncoder().encode(json ?? .object([:])))
}

/// Writes a message as JSON.
func encoded(_ message: any Message) throws -> JSONValue {
  try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(message))
}

/// What an error says.
func form(of error: any Error) -> JSONValue {
  switch error {
  case let error as ShortlistError:
    return form(of: error)
  case is CancellationError:
    return .object(["code": .string("CANCELLED")])
  case is DecodingError:
    return .object(["code": .string("INVALID_ARGUMENT"), "message": .string("\(error)")])
  default:
    return .object([
      "code": .string("UNKNOWN"), "message": .string("\(error)"),
      "type": .string("\(type(of: error))"),
    ])
  }
}

private func form(of error: ShortlistError) -> JSONValue {
  let violations = error.fieldViolations.map { each in
    JSONValue.object(["field": .string(each.field), "description": .string(each.description)])
  }
  var members: [String: JSONValue] = [
    "code": .string(error.code.rawValue),
    "reason": .string(error.reason.name),
    "message": .string(error.message),
    "metadata": .object(error.failure.metadata.mapValues { .string($0) }),
    "field_violations": .array(violations),
    "request_id": .string(error.requestID),
    "type": .string("\(type(of: error))"),
  ]
  if let delay = error.retryDelay {
    members["retry_delay_s"] = .number(delay)
  }
  return .object(members)
}

func form(of info: CallInfo) -> JSONValue {
  .object([
    "attempts": .integer(Int64(info.attempts)),
    "from_cache": .bool(info.isFromCache),
    "is_stale": .bool(info.isStale),
    "request_id": .string(info.requestID),
  ])
}
