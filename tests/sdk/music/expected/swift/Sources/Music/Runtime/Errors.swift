import Foundation

/// A field of a request that was refused.
public struct FieldViolation: Hashable, Sendable {
  /// Its path, such as `context.locale`.
  public let field: String
  public let description: String
}

/// What is known of a failed call.
public struct CallFailure: Sendable {
  public var code: StatusCode
  /// Empty if the failure did not come from the API itself, such as a lost connection.
  public var reason = FailureReason("")
  /// For developers, in English; it may change.
  public var message: String
  /// The server's details; each is an object with its type as the member `@type`.
  public var details: [JSONValue] = []
  /// Belongs to the reason.
  public var metadata: [String: String] = [:]
  /// What to quote when asking about the failure.
  public var requestID = ""
  /// How many seconds the server asked to wait.
  public var retryDelay: TimeInterval?
  /// The gRPC path of the call; empty for a refused event of a batch.
  public var method = ""
  /// What failed on this side, if anything did.
  public var underlying: (any Error)?

  public init(code: StatusCode, message: String) {
    self.code = code
    self.message = message
  }
}

/// A failed call. Every reason of the contract has a class of its own below this one; reasons that this
/// version does not know come as this class itself.
///
/// A call that was cancelled throws `CancellationError` instead.
public class MusicError: Error, CustomStringConvertible, LocalizedError, @unchecked Sendable {
  // Subclasses add nothing, so that the unchecked conformance holds: all there is, is this constant.
  public let failure: CallFailure

  public required init(_ failure: CallFailure) {
    self.failure = failure
  }

  public var code: StatusCode { failure.code }
  public var reason: FailureReason { failure.reason }
  public var message: String { failure.message }
  public var requestID: String { failure.requestID }
  public var retryDelay: TimeInterval? { failure.retryDelay }

  /// The fields of the request that were refused.
  public var fieldViolations: [FieldViolation] {
    var found: [FieldViolation] = []
    for detail in failure.details where typeName(of: detail) == "google.rpc.BadRequest" {
      guard case .array(let violations)? = detail["fieldViolations"] else { continue }
      for violation in violations {
        found.append(
          FieldViolation(
            field: violation["field"]?.stringValue ?? "",
            description: violation["description"]?.stringValue ?? ""))
      }
    }
    return found
  }

  public var description: String {
    var text = "music: \(code.rawValue)"
    if !reason.name.isEmpty {
      text += " \(reason.name)"
    }
    text += ": \(message)"
    return requestID.isEmpty ? text : "\(text) (request \(requestID))"
  }

  public var errorDescription: String? { description }
}

/// Why a call failed, as the contract names it. Reasons that this version does not know are kept.
public struct FailureReason: Hashable, Sendable {
  public let name: String

  public init(_ name: String) {
    self.name = name
  }
}

/// When the contract lets a reason be repeated.
enum RetryPolicy: Sendable {
  case never
  case ifIdempotent
  case afterDelay
  case afterRefresh
}

func typeName(of detail: JSONValue) -> String {
  let url = detail["@type"]?.stringValue ?? detail["type"]?.stringValue ?? ""
  return url.split(separator: "/").last.map { String($0) } ?? ""
}
