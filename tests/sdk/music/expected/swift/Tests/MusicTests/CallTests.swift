import Foundation
import XCTest
@testable import Music
import MusicTesting

final class CallTests: XCTestCase {
  private let method = makeMethod()

  func testAnIdempotentCallIsRepeatedWithBackoff() async throws {
    let mock = MockTransport()
    for _ in 0..<3 { try await mock.failUnavailable(method) }
    try await mock.reply(method, Ping(text: "there"))
    let time = FakeTime()
    let info = Noted<CallInfo>()
    let reply = try await makeEngine(mock, time: time).ping(
      method, options: CallOptions(onInfo: { info.add($0) }))
    XCTAssertEqual(reply.text, "there")
    XCTAssertEqual(time.slept, [0.05, 0.1, 0.2])
    XCTAssertEqual(info.all.map(\.attempts), [4])
  }

  func testAFifthAttemptIsNeverMade() async throws {
    let mock = MockTransport()
    try await mock.failUnavailable(method)
    await assertFails(.unavailable) { _ = try await makeEngine(mock).ping(self.method) }
    let count = await mock.requests().count
    XCTAssertEqual(count, 4)
  }

  func testACallThatIsNotIdempotentIsNotRepeated() async throws {
    let method = makeMethod(isIdempotent: false)
    let mock = MockTransport()
    try await mock.failUnavailable(method)
    await assertFails(.unavailable) { _ = try await makeEngine(mock).ping(method) }
    let count = await mock.requests().count
    XCTAssertEqual(count, 1)
  }

  func testTheServersDelayIsWaitedForWhateverTheMethod() async throws {
    let method = makeMethod(isIdempotent: false)
    let mock = MockTransport()
    try await mock.fail(
      method, status: 429, code: .resourceExhausted, reason: FailureReason("SOLD_OUT"),
      retryDelay: 0.7)
    try await mock.reply(method, Ping())
    let time = FakeTime()
    _ = try await makeEngine(mock, time: time).ping(method)
    XCTAssertEqual(time.slept, [0.75])
  }

  func testRetryAfterCountsLikeRetryInfo() async throws {
    let mock = MockTransport()
    let body = Data(
      #"{"code":8,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SOLD_OUT","domain":"music"}]}"#
        .utf8)
    await mock.handle(method) { _ in
      TransportResponse(status: 429, headers: ["retry-after": "2"], body: body)
    }
    try await mock.reply(method, Ping())
    let time = FakeTime()
    _ = try await makeEngine(mock, time: time).ping(method)
    XCTAssertEqual(time.slept, [2.05])
  }

  func testADelayPastTheDeadlineIsNotWaitedFor() async throws {
    let mock = MockTransport()
    try await mock.fail(
      method, status: 429, code: .resourceExhausted, reason: FailureReason("SOLD_OUT"),
      retryDelay: 3600)
    let time = FakeTime()
    await assertFails(.resourceExhausted) {
      _ = try await makeEngine(mock, time: time).ping(self.method)
    }
    XCTAssertEqual(time.slept, [])
  }

  func testRetriesStopWhenTheBudgetIsUsedUp() async throws {
    let mock = MockTransport()
    try await mock.failUnavailable(method)
    let engine = makeEngine(mock)
    for _ in 0..<5 {
      await assertFails(.unavailable) { _ = try await engine.ping(self.method) }
    }
    let count = await mock.requests().count
    XCTAssertEqual(count, 5 + 10)
  }

  func testTheIdempotencyKeyIsTheSameInAllAttempts() async throws {
    let mock = MockTransport()
    try await mock.failUnavailable(method)
    try await mock.reply(method, Ping())
    _ = try await makeEngine(mock).ping(method)
    let sent = await mock.requests().map(\.headers)
    XCTAssertEqual(sent.count, 2)
    let key = try XCTUnwrap(sent[0]["idempotency-key"])
    XCTAssertNotNil(UUID(uuidString: key))
    XCTAssertEqual(sent.map { $0["idempotency-key"] }, [key, key])
    XCTAssertEqual(sent.map { $0["x-request-id"] }, [key, key])
    XCTAssertEqual(sent.map { $0["x-music-attempt"] }, ["1", "2"])
    let identity = try XCTUnwrap(sent[0]["x-music-client"])
    XCTAssertTrue(identity.hasPrefix("sdk/swift/2.1.0; lang/swift"), identity)
  }

  func testTheDeadlineHoldsWhileTheServerIsSilent() async throws {
    let mock = MockTransport()
    await mock.handle(method) { _ in
      try await Task.sleep(nanoseconds: 60_000_000_000)
      return TransportResponse(status: 200)
    }
    let engine = Engine(
      endpoint: "https://example.com", transport: mock,
      authentication: Authentication(.none, now: { Date() }), interceptors: [], telemetry: [],
      cache: nil, hooks: RuntimeHooks())
    let started = Date()
    await assertFails(.deadlineExceeded) {
      _ = try await engine.ping(self.method, options: CallOptions(timeout: 0.1))
    }
    XCTAssertLessThan(Date().timeIntervalSince(started), 5)
    let sent = await mock.requests()
    XCTAssertEqual(sent.count, 1)
    XCTAssertNotNil(sent[0].headers["grpc-timeout"])
  }

  func testCancellationEndsTheCall() async throws {
    let mock = MockTransport()
    await mock.handle(method) { _ in
      try await Task.sleep(nanoseconds: 60_000_000_000)
      return TransportResponse(status: 200)
    }
    let engine = makeEngine(mock)
    let method = self.method
    let task = Task { try await engine.ping(method) }
    try await Task.sleep(nanoseconds: 50_000_000)
    task.cancel()
    do {
      _ = try await task.value
      XCTFail("it returned")
    } catch is CancellationError {
    }
  }

  func testErrorsAreTypedByTheirReason() async throws {
    let mock = MockTransport()
    let body = Data(
      #"""
      {"code": 3, "message": "wrong", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ALBUM_NOT_FOUND",
         "domain": "music", "metadata": {"at": "3"}},
        {"@type": "type.googleapis.com/google.rpc.BadRequest",
         "fieldViolations": [{"field": "text", "description": "too long"}]},
        {"@type": "type.googleapis.com/some.later.Detail", "x": 1}]}
      """#.utf8)
    await mock.handle(makeMethod(isIdempotent: false)) { _ in
      TransportResponse(status: 400, headers: ["x-request-id": "from-server"], body: body)
    }
    do {
      _ = try await makeEngine(mock).ping(makeMethod(isIdempotent: false))
      XCTFail("it returned")
    } catch let error as AlbumNotFoundError {
      XCTAssertEqual(error.code, .invalidArgument)
      XCTAssertEqual(error.reason, .albumNotFound)
      XCTAssertEqual(error.requestID, "from-server")
      XCTAssertEqual(error.failure.metadata, ["at": "3"])
      XCTAssertEqual(error.fieldViolations.map(\.field), ["text"])
    }
  }

  func testAReplyThatIsNotJSONIsAnError() async throws {
    let mock = MockTransport()
    await mock.handle(method) { _ in
      TransportResponse(
        status: 200, headers: ["content-type": "text/html"], body: Data("{}".utf8))
    }
    await mock.handle(method) { _ in TransportResponse(status: 200, body: Data("<html>".utf8)) }
    await assertFails(.internal) { _ = try await makeEngine(mock).ping(self.method) }
    await assertFails(.internal) { _ = try await makeEngine(mock).ping(self.method) }
  }

  func testAnUnknownReasonIsKept() async throws {
    let mock = MockTransport()
    try await mock.fail(
      method, status: 500, code: .dataLoss, reason: FailureReason("FROM_THE_FUTURE"))
    do {
      _ = try await makeEngine(mock).ping(method)
      XCTFail("it returned")
    } catch let error as MusicError {
      XCTAssertEqual(error.reason.name, "FROM_THE_FUTURE")
      XCTAssertEqual(error.code, .dataLoss)
    }
  }
}

extension MockTransport {
  func failUnavailable(_ method: RPCMethod) throws {
    try fail(method, status: 503, code: .unavailable, reason: FailureReason(""))
  }
}

/// Fails unless the work throws an error with the code.
func assertFails(
  _ code: StatusCode, file: StaticString = #filePath, line: UInt = #line,
  _ work: () async throws -> Void
) async {
  do {
    try await work()
    XCTFail("it returned", file: file, line: line)
  } catch let error as MusicError {
    XCTAssertEqual(error.code, code, file: file, line: line)
  } catch {
    XCTFail("\(error)", file: file, line: line)
  }
}
