import Foundation
import Shortlist

/// A test, as the runner asks for it.
struct TestRequest: Decodable, Sendable {
  let test: String
  var target: Target?
  var storage: String?
  var options: Options?
  let steps: [Step]
}

struct Target: Decodable, Sendable {
  var address: String?
  var apiKey: String?
  var tokens: [String]?

  enum CodingKeys: String, CodingKey {
    case address, tokens
    case apiKey = "api_key"
  }
}

struct Options: Decodable, Sendable {
  var retry: Bool?
  var cache: Bool?
  var eventQueue: Queue?
  var randomSeed: UInt64?

  struct Queue: Decodable, Sendable {
    var maxEvents: Int?
    var maxBytes: Int?
    var maxAgeMs: Double?
    var capacity: Int?

    enum CodingKeys: String, CodingKey {
      case capacity
      case maxEvents = "max_events"
      case maxBytes = "max_bytes"
      case maxAgeMs = "max_age_ms"
    }
  }

  enum CodingKeys: String, CodingKey {
    case retry, cache
    case eventQueue = "event_queue"
    case randomSeed = "random_seed"
  }
}

/// One thing to do.
struct Step: Decodable, Sendable {
  /// What the SDK can do.
  enum Action: String, Sendable {
    case call, flush, close, background, shown, clicked, wait, encode
    case cancelAfter = "cancel_after"
    case paginateAll = "paginate_all"
    case enqueueEvents = "enqueue_events"
    case sendEventsThenFlush = "send_events_then_flush"
    case killAndRestart = "kill_and_restart"
  }

  let name: String
  let method: String
  let request: JSONValue?
  let timeoutMs: Double
  let afterMs: Double
  let metadata: [String: String]
  let maxItems: Int
  let times: Int
  let idempotencyKey: String

  /// Nil: the SDK can't do it.
  var action: Action? { Action(rawValue: name) }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    method = try fields.decodeIfPresent(String.self, forKey: .method) ?? ""
    request = try fields.decodeIfPresent(JSONValue.self, forKey: .request)
    timeoutMs = try fields.decodeIfPresent(Double.self, forKey: .timeoutMs) ?? 0
    afterMs = try fields.decodeIfPresent(Double.self, forKey: .afterMs) ?? 0
    metadata = try fields.decodeIfPresent([String: String].self, forKey: .metadata) ?? [:]
    maxItems = try fields.decodeIfPresent(Int.self, forKey: .maxItems) ?? 0
    times = try fields.decodeIfPresent(Int.self, forKey: .times) ?? 0
    idempotencyKey = try fields.decodeIfPresent(String.self, forKey: .idempotencyKey) ?? ""
  }

  enum CodingKeys: String, CodingKey {
    case method, request, metadata, times
    case name = "do"
    case timeoutMs = "timeout_ms"
    case afterMs = "after_ms"
    case maxItems = "max_items"
    case idempotencyKey = "idempotency_key"
  }
}
