import Foundation
@testable import Shortlist
import ShortlistTesting

/// A message of no contract, so that these tests hold for any.
struct Ping: Message, QueuedEvent {
  static let fullName = "test.Ping"

  var text = ""
  var requestId = ""
  var queueID = ""
  var queueTime: Timestamp?

  init(text: String = "") {
    self.text = text
  }

  init(from decoder: any Decoder) throws {
    let fields = try FieldReader(decoder)
    text = try fields.read("text") ?? ""
    requestId = try fields.read("requestId", "request_id") ?? ""
    queueID = try fields.read("id") ?? ""
    queueTime = try fields.read("time")
  }

  func encode(to encoder: any Encoder) throws {
    var fields = FieldWriter(encoder)
    try fields.write(text, "text")
    if !requestId.isEmpty { try fields.write(requestId, "requestId") }
    if !queueID.isEmpty { try fields.write(queueID, "id") }
    if let queueTime { try fields.write(queueTime, "time") }
  }
}

/// A clock that jumps instead of waiting, and notes for how long it was asked to wait.
final class FakeTime: @unchecked Sendable {
  private let lock = NSLock()
  private var current = Date(timeIntervalSince1970: 1_700_000_000)
  private var waits: [TimeInterval] = []

  var now: Date {
    lock.lock()
    defer { lock.unlock() }
    return current
  }

  var slept: [TimeInterval] {
    lock.lock()
    defer { lock.unlock() }
    return waits
  }

  func advance(_ seconds: TimeInterval) {
    lock.lock()
    defer { lock.unlock() }
    current = current.addingTimeInterval(seconds)
  }

  func note(_ seconds: TimeInterval) {
    advance(seconds)
    lock.lock()
    defer { lock.unlock() }
    waits.append(seconds)
  }

  /// Half of every random range.
  var hooks: RuntimeHooks {
    RuntimeHooks(now: { self.now }, random: { 0.5 }, sleep: { self.note($0) })
  }
}

/// Something that calls may change, from any thread.
final class Noted<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: [Value] = []

  var all: [Value] {
    lock.lock()
    defer { lock.unlock() }
    return stored
  }

  func add(_ value: Value) {
    lock.lock()
    defer { lock.unlock() }
    stored.append(value)
  }
}

func makeMethod(isIdempotent: Bool = true, cache: CachePolicy? = nil) -> RPCMethod {
  RPCMethod(
    path: "/test.PingService/Ping",
    isIdempotent: isIdempotent,
    retryableCodes: [.unavailable],
    defaultTimeout: 60,
    cache: cache,
    http: HTTPBinding(verb: "POST", path: [.literal("/v1/ping")], body: .all),
    requestIDField: "requestId")
}

func makeEngine(
  _ transport: any Transport,
  time: FakeTime = FakeTime(),
  credentials: Credentials = .none,
  interceptors: [any Interceptor] = [],
  telemetry: [TelemetryHooks] = [],
  cache: ReplyCache? = nil
) -> Engine {
  Engine(
    endpoint: "https://example.com",
    transport: transport,
    authentication: Authentication(credentials, now: { time.now }),
    interceptors: interceptors,
    telemetry: telemetry,
    cache: cache,
    hooks: time.hooks)
}

extension Engine {
  func ping(
    _ method: RPCMethod, _ text: String = "", options: CallOptions = CallOptions()
  ) async throws -> Ping {
    try await call(method, Ping(text: text), options, reply: Ping.self)
  }
}
