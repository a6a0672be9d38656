import Foundation
import XCTest
@testable import Music
import MusicTesting

/// Credentials, interceptors, telemetry, kept replies and pages.
final class AroundCallTests: XCTestCase {
  private let method = makeMethod()

  func testConcurrentCallsShareOneRefresh() async throws {
    let method = self.method
    let mock = MockTransport()
    let expired = Data(
      #"{"code":16,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"TICKET_EXPIRED","domain":"music"}]}"#
        .utf8)
    await mock.handle(method) { request in
      request.headers["authorization"] == "Bearer new"
        ? TransportResponse(status: 200) : TransportResponse(status: 401, body: expired)
    }
    let provider = CountingProvider()
    let engine = makeEngine(mock, credentials: .tokens(provider))
    try await withThrowingTaskGroup(of: Ping.self) { group in
      for _ in 0..<8 {
        group.addTask { try await engine.ping(method) }
      }
      for try await _ in group {}
    }
    let counts = await provider.counts
    XCTAssertEqual(counts.forced, 1)
    XCTAssertEqual(counts.all, 2)
  }

  func testATokenIsReplacedBeforeItExpires() async throws {
    let mock = MockTransport()
    try await mock.reply(method, Ping())
    let time = FakeTime()
    let provider = CountingProvider(lifetime: 60, now: { time.now })
    let engine = makeEngine(mock, time: time, credentials: .tokens(provider))
    _ = try await engine.ping(method)
    time.advance(29)
    _ = try await engine.ping(method)
    let before = await provider.counts.all
    XCTAssertEqual(before, 1)
    time.advance(2)
    _ = try await engine.ping(method)
    let after = await provider.counts.all
    XCTAssertEqual(after, 2)
  }

  func testInterceptorsStandAroundTheCall() async throws {
    let mock = MockTransport()
    try await mock.reply(method, Ping())
    let order = Noted<String>()
    let engine = makeEngine(
      mock, interceptors: [Naming(name: "outer", order: order), Naming(name: "inner", order: order)])
    _ = try await engine.ping(method)
    XCTAssertEqual(order.all, ["outer", "inner", "inner", "outer"])
    let headers = await mock.requests()[0].headers
    XCTAssertEqual(headers["x-inner"], "1")
  }

  func testTelemetrySeesCallsAndAttempts() async throws {
    let mock = MockTransport()
    try await mock.failUnavailable(method)
    try await mock.reply(method, Ping())
    let codes = Noted<StatusCode>()
    let ends = Noted<CallEnd>()
    let hooks = TelemetryHooks(onAttempt: { codes.add($0.code) }, onCallEnd: { ends.add($0) })
    _ = try await makeEngine(mock, telemetry: [hooks]).ping(method)
    XCTAssertEqual(codes.all, [.unavailable, .ok])
    XCTAssertEqual(ends.all.map(\.info.attempts), [2])
    XCTAssertEqual(ends.all.map(\.code), [.ok])
  }

  func testAKeptReplyServesWhileFreshAndStaleWhileTheServerIsAway() async throws {
    let method = makeMethod(cache: CachePolicy(maxAge: 30, staleIfError: 60))
    let mock = MockTransport()
    try await mock.reply(method, Ping(text: "first"))
    try await mock.failUnavailable(method)
    let time = FakeTime()
    let infos = Noted<CallInfo>()
    let engine = makeEngine(mock, time: time, cache: ReplyCache(limit: 2))
    let options = CallOptions(onInfo: { infos.add($0) })
    _ = try await engine.ping(method, options: options)
    time.advance(29)
    let fresh = try await engine.ping(method, options: options)
    time.advance(2)
    let stale = try await engine.ping(method, options: options)
    XCTAssertEqual([fresh.text, stale.text], ["first", "first"])
    XCTAssertEqual(infos.all.map(\.isFromCache), [false, true, true])
    XCTAssertEqual(infos.all.map(\.isStale), [false, false, true])
    time.advance(61)
    await assertFails(.unavailable) { _ = try await engine.ping(method) }
  }

  func testPagesAreFetchedWhenTheyAreNeeded() async throws {
    let fetched = Noted<String>()
    let pages = Pages<Ping, Ping>(
      first: Ping(text: "a"),
      fetch: { request in
        fetched.add(request.text)
        return request
      },
      following: { _, page in page.text == "a" ? Ping(text: "bb") : nil })
    var all: [Character] = []
    let letters = PagedItems<Ping, Ping, Character>(
      pages: pages, items: { Array($0.text) }, limit: nil)
    for try await letter in letters {
      all.append(letter)
    }
    XCTAssertEqual(String(all), "abb")
    var one: [Character] = []
    let first = PagedItems<Ping, Ping, Character>(
      pages: pages, items: { Array($0.text) }, limit: 1)
    for try await letter in first {
      one.append(letter)
    }
    XCTAssertEqual(String(one), "a")
    XCTAssertEqual(fetched.all, ["a", "bb", "a"])
  }
}

private struct Naming: Interceptor {
  let name: String
  let order: Noted<String>

  func intercept(_ call: Call, next: @escaping Next) async throws -> any Message {
    order.add(name)
    var call = call
    call.headers["x-\(name)"] = "1"
    let reply = try await next(call)
    order.add(name)
    return reply
  }
}

private actor CountingProvider: TokenProvider {
  private(set) var counts = (all: 0, forced: 0)
  private let lifetime: TimeInterval?
  private let now: @Sendable () -> Date

  init(lifetime: TimeInterval? = nil, now: @escaping @Sendable () -> Date = { Date() }) {
    self.lifetime = lifetime
    self.now = now
  }

  func token(forceRefresh: Bool) async throws -> Token {
    counts.all += 1
    let started = now()
    let expiry = lifetime.map { started.addingTimeInterval($0) }
    guard forceRefresh else { return Token(value: "old", expiry: expiry) }
    counts.forced += 1
    try await Task.sleep(nanoseconds: 50_000_000)
    return Token(value: "new", expiry: expiry)
  }
}
