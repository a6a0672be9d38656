import Foundation
import XCTest
@testable import Shortlist

final class EventQueueTests: XCTestCase {
  private var folder = FileManager.default.temporaryDirectory

  override func setUp() {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  }

  override func tearDown() {
    try? FileManager.default.removeItem(at: folder)
  }

  func testEventsAreWrittenInOneBatchAtFifty() async throws {
    let server = FakeServer()
    let queue = makeQueue(server, hooks: RuntimeHooks())
    for number in 0..<49 { try await queue.enqueue(Ping(text: "\(number)")) }
    try await Task.sleep(nanoseconds: 100_000_000)
    XCTAssertEqual(server.batches.all.count, 0)
    try await queue.enqueue(Ping(text: "49"))
    try await eventually { server.batches.all.map(\.count) == [50] }
    XCTAssertTrue(server.batches.all[0].allSatisfy { UUID(uuidString: $0.queueID) != nil })
    XCTAssertTrue(server.batches.all[0].allSatisfy { $0.queueTime != nil })
  }

  func testEventsAreWrittenWhenTheyAreOldOrLarge() async throws {
    let server = FakeServer()
    let inMemory = EventQueueOptions<Ping>()
    let old = makeQueue(server, hooks: FakeTime().hooks, options: inMemory)
    try await old.enqueue(Ping())  // the clock jumps over the five seconds
    try await eventually { server.batches.all.count == 1 }
    let large = makeQueue(server, hooks: RuntimeHooks(), options: inMemory)
    try await large.enqueue(Ping(text: String(repeating: "x", count: 65 * 1024)))
    try await eventually { server.batches.all.count == 2 }
  }

  func testEventsSurviveARestartAndArriveOnce() async throws {
    let away = FakeServer(isAway: true)
    let first = makeQueue(away, hooks: RuntimeHooks())
    let sent = try await first.enqueue(Ping(text: "a"))
    try await first.enqueue(Ping(text: "b"))
    do {
      try await first.flush()
      XCTFail("it returned")
    } catch {}
    // The process ends here: the first queue is not closed.
    let server = FakeServer()
    let second = makeQueue(server, hooks: RuntimeHooks())
    try await second.enqueue(Ping(text: "c"))
    try await second.close()
    XCTAssertEqual(server.batches.all.flatMap { $0 }.map(\.text), ["a", "b", "c"])
    XCTAssertEqual(server.batches.all[0][0].queueID, sent.queueID)
    let third = makeQueue(server, hooks: RuntimeHooks())
    try await third.start()
    let left = await third.count
    XCTAssertEqual(left, 0)
  }

  func testFlushesAtTheSameTimeWriteAnEventOnce() async throws {
    let server = FakeServer()
    let queue = makeQueue(server, hooks: RuntimeHooks())
    for text in ["a", "b", "c"] { try await queue.enqueue(Ping(text: text)) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { try await queue.flush() }
      }
      try await group.waitForAll()
    }
    XCTAssertEqual(server.batches.all.flatMap { $0 }.map(\.text), ["a", "b", "c"])
  }

  func testALineThatWasCutOffIsLeftOut() async throws {
    let first = makeQueue(FakeServer(isAway: true), hooks: RuntimeHooks())
    try await first.enqueue(Ping(text: "whole"))
    let file = try XCTUnwrap(
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).first)
    var content = try Data(contentsOf: file)
    content.append(Data(#"{"added":{"text":"cu"#.utf8))
    try content.write(to: file)
    let server = FakeServer()
    let second = makeQueue(server, hooks: RuntimeHooks())
    try await second.enqueue(Ping(text: "next"))
    try await second.close()
    XCTAssertEqual(server.batches.all.flatMap { $0 }.map(\.text), ["whole", "next"])
  }

  func testARefusedEventIsReportedAndTheOthersAreDone() async throws {
    let rejected = Noted<String>()
    var options = EventQueueOptions<Ping>(folder: folder)
    options.onRejected = { event, error in rejected.add("\(event.text) \(error.code.rawValue)") }
    let queue = EventQueue(options: options, batchSize: 500, hooks: RuntimeHooks()) { events, _ in
      events.map { event in
        event.text == "bad" ? CallFailure(code: .invalidArgument, message: "bad").error : nil
      }
    }
    for text in ["good", "bad", "good"] { try await queue.enqueue(Ping(text: text)) }
    try await queue.close()
    XCTAssertEqual(rejected.all, ["bad INVALID_ARGUMENT"])
    let left = await queue.count
    XCTAssertEqual(left, 0)
  }

  func testARequestHasNoMoreEventsAndBytesThanTheOptionsSay() async throws {
    let server = FakeServer()
    var options = EventQueueOptions<Ping>(folder: folder)
    options.flushCount = 2
    options.flushBytes = 1000
    let away = makeQueue(FakeServer(isAway: true), hooks: RuntimeHooks(), options: options)
    for text in ["a", "b", "c"] { try await away.enqueue(Ping(text: text)) }
    for _ in 0..<2 { try await away.enqueue(Ping(text: String(repeating: "x", count: 1000))) }
    try await makeQueue(server, hooks: RuntimeHooks(), options: options).flush()
    XCTAssertEqual(server.batches.all.map(\.count), [2, 1, 1, 1])
  }

  func testEventsWithoutAnAnswerAreKept() async throws {
    let queue = EventQueue(
      options: EventQueueOptions<Ping>(folder: folder), batchSize: 500, hooks: RuntimeHooks()
    ) { _, _ in [nil] }
    for text in ["a", "b"] { try await queue.enqueue(Ping(text: text)) }
    await assertFails(.internal) { try await queue.flush() }
    let left = await queue.count
    XCTAssertEqual(left, 1)
  }

  func testTheOldestAreDroppedFromAFullQueue() async throws {
    let dropped = Noted<String>()
    var options = EventQueueOptions<Ping>(folder: folder)
    options.maxEvents = 2
    options.onDropped = { dropped.add($0.text) }
    let queue = makeQueue(FakeServer(isAway: true), hooks: RuntimeHooks(), options: options)
    for text in ["a", "b", "c", "d"] { try await queue.enqueue(Ping(text: text)) }
    XCTAssertEqual(dropped.all, ["a", "b"])
    let (left, count) = (await queue.count, await queue.dropped)
    XCTAssertEqual(left, 2)
    XCTAssertEqual(count, 2)
  }

  private func makeQueue(
    _ server: FakeServer, hooks: RuntimeHooks, options: EventQueueOptions<Ping>? = nil
  ) -> EventQueue<Ping> {
    EventQueue(
      options: options ?? EventQueueOptions(folder: folder), batchSize: 500, hooks: hooks
    ) { events, _ in
      try server.write(events)
    }
  }

  private func eventually(_ isTrue: () -> Bool) async throws {
    for _ in 0..<500 {
      if isTrue() { return }
      try await Task.sleep(nanoseconds: 10_000_000)
    }
    XCTFail("it never happened")
  }
}

/// Takes batches, or is away.
private struct FakeServer: Sendable {
  let batches = Noted<[Ping]>()
  var isAway = false

  func write(_ events: [Ping]) throws -> [ShortlistError?] {
    if isAway {
      throw CallFailure(code: .unavailable, message: "away").error
    }
    batches.add(events)
    return events.map { _ in nil }
  }
}
