import Foundation
import Shortlist

/// Stands in for the server in tests: it answers from what was registered, and records what it was sent.
/// Retries, deadlines, credentials and all else work as with a server.
public actor MockTransport: Transport {
  /// Answers one attempt.
  public typealias Handler = @Sendable (TransportRequest) async throws -> TransportResponse

  private var handlers: [String: [Handler]] = [:]
  private var recorded: [TransportRequest] = []

  public init() {}

  /// Adds an answer for a method. Answers are used in turn, and the last of them ever after.
  public func handle(_ method: RPCMethod, _ handler: @escaping Handler) {
    handlers[method.path, default: []].append(handler)
  }

  /// Adds a reply for a method, as `handle` does.
  public func reply(
    _ method: RPCMethod, _ message: some Message, headers: [String: String] = [:]
  ) throws {
    let body = try JSONEncoder().encode(message)
    handle(method) { _ in TransportResponse(status: 200, headers: headers, body: body) }
  }

  /// Adds an error for a method, as the server sends it; `retryDelay` in seconds.
  public func fail(
    _ method: RPCMethod, status: Int, code: StatusCode, reason: FailureReason, message: String = "",
    retryDelay: TimeInterval? = nil
  ) throws {
    var details: [JSONValue] = [
      .object([
        "@type": .string("type.googleapis.com/google.rpc.ErrorInfo"),
        "reason": .string(reason.name),
        "domain": .string("shortlist"),
      ])
    ]
    if let retryDelay {
      details.append(
        .object([
          "@type": .string("type.googleapis.com/google.rpc.RetryInfo"),
          "retryDelay": .string("\(retryDelay)s"),
        ]))
    }
    let content = JSONValue.object([
      "code": .string(code.rawValue), "message": .string(message), "details": .array(details),
    ])
    let body = try JSONEncoder().encode(content)
    handle(method) { _ in TransportResponse(status: status, body: body) }
  }

  /// The attempts that came, in order; of one method, or of all.
  public func requests(_ method: RPCMethod? = nil) -> [TransportRequest] {
    recorded.filter { method == nil || $0.method == method }
  }

  public func send(_ request: TransportRequest) async throws -> TransportResponse {
    recorded.append(request)
    guard var waiting = handlers[request.method.path], let handler = waiting.first else {
      let message = "no answer is registered for \(request.method.path)"
      return TransportResponse(
        status: 501, body: try JSONEncoder().encode(JSONValue.object(["message": .string(message)])))
    }
    if waiting.count > 1 {
      waiting.removeFirst()
      handlers[request.method.path] = waiting
    }
    return try await handler(request)
  }
}
