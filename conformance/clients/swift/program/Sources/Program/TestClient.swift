import Foundation
import Shortlist

/// The client of one test, with its event queue.
final class TestClient: Sendable {
  let client: ShortlistClient
  let queue: EventQueue<Event>
  /// The events that the server refused, with their errors.
  let rejected = Shared<[JSONValue]>([])

  init(_ request: TestRequest) throws {
    let options = request.options
    guard let endpoint = URL(string: request.target?.address ?? "") else {
      throw URLError(.badURL)
    }
    client = ShortlistClient(
      endpoint: endpoint,
      credentials: Self.credentials(request.target),
      options: ClientOptions(
        cacheEntries: options?.cache == false ? 0 : 100, hooks: Self.hooks(options?.randomSeed)))
    let storage = (request.storage ?? "").isEmpty ? nil : request.storage
    var limits = EventQueueOptions<Event>(
      folder: storage.map { URL(fileURLWithPath: $0).appendingPathComponent("events") })
    let given = options?.eventQueue
    limits.flushCount = given?.maxEvents ?? limits.flushCount
    limits.flushBytes = given?.maxBytes ?? limits.flushBytes
    limits.flushAge = given?.maxAgeMs.map { $0 / 1000 } ?? limits.flushAge
    limits.maxEvents = given?.capacity ?? limits.maxEvents
    let rejected = self.rejected
    limits.onRejected = { event, error in
      let entry: JSONValue = .object(["event_id": .string(event.eventID), "error": form(of: error)])
      rejected.update { $0.append(entry) }
    }
    queue = client.events.makeEventQueue(limits)
  }

  private static func credentials(_ target: Target?) -> Credentials {
    if let tokens = target?.tokens, !tokens.isEmpty {
      return .tokens(GivenTokens(tokens))
    }
    if let key = target?.apiKey, !key.isEmpty {
      return .apiKey(key)
    }
    return .none
  }

  private static func hooks(_ seed: UInt64?) -> RuntimeHooks {
    guard let seed else { return RuntimeHooks() }
    let generator = Shared(SeededGenerator(state: seed))
    return RuntimeHooks(random: {
      var found = 0.0
      generator.update { found = Double.random(in: 0..<1, using: &$0) }
      return found
    })
  }
}

/// Gives tokens one after the other, the last again and again.
private actor GivenTokens: TokenProvider {
  private var left: [String]

  init(_ tokens: [String]) {
    left = tokens
  }

  func token(forceRefresh: Bool) async throws -> Token {
    let next = left.count > 1 ? left.removeFirst() : left[0]
    // A token endpoint takes a moment, so that calls at once meet here.
    try await Task.sleep(nanoseconds: 20_000_000)
    return Token(value: next)
  }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator, Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
