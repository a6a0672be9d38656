import Foundation
import Shortlist
import ShortlistTesting
import XCTest

final class FacadeTests: XCTestCase {
  private let recommend = RecommendationService.Methods.recommend
  private let write = EventService.Methods.batchWriteEvents

  func testARequestGoesOutAsJSONAndPagesComeBack() async throws {
    let mock = MockTransport()
    try await mock.reply(
      recommend,
      RecommendResponse(recommendations: [Recommendation(itemID: "i0")], nextPageToken: "1"))
    try await mock.reply(recommend, RecommendResponse(recommendations: [Recommendation(itemID: "i1")]))
    let client = makeClient(mock)
    var items: [String] = []
    let request = RecommendRequest(subject: .userID("u"), pageSize: 1)
    for try await item in client.recommendations.recommendAll(request) {
      items.append(item.itemID)
    }
    XCTAssertEqual(items, ["i0", "i1"])
    let sent = await mock.requests()
    XCTAssertEqual(sent[0].url.absoluteString, "https://example.com/v1/recommendations:recommend")
    XCTAssertEqual(sent[0].verb, "POST")
    let body = try JSONDecoder().decode(JSONValue.self, from: try XCTUnwrap(sent[1].body))
    XCTAssertEqual(
      body,
      .object(["userId": .string("u"), "pageSize": .integer(1), "pageToken": .string("1")]))
  }

  func testAGetHasItsFieldsInTheAddress() async throws {
    let mock = MockTransport()
    try await mock.reply(RecommendationService.Methods.recommendSimilar, RecommendSimilarResponse())
    let request = RecommendSimilarRequest(itemID: "a b", pageSize: 5, readMask: ["title"])
    _ = try await makeClient(mock).recommendations.recommendSimilar(request)
    let sent = await mock.requests()
    XCTAssertEqual(
      sent[0].url.absoluteString,
      "https://example.com/v1/items/a%20b:similar?pageSize=5&readMask=title")
    XCTAssertNil(sent[0].body)
  }

  func testUnknownFieldsAndEnumValuesDoNotBreak() async throws {
    let mock = MockTransport()
    let body = Data(
      #"{"later":{"a":[1]},"degradations":[{"kind":"DEGRADATION_KIND_OF_TOMORROW"},{"kind":99}]}"#
        .utf8)
    await mock.handle(recommend) { _ in TransportResponse(status: 200, body: body) }
    let reply = try await makeClient(mock).recommendations.recommend(RecommendRequest())
    XCTAssertEqual(
      reply.degradations.map(\.kind.rawValue), ["DEGRADATION_KIND_OF_TOMORROW", "99"])
    XCTAssertEqual(reply.degradations.map(\.kind.isKnown), [false, false])
  }

  func testFieldsThatExcludeEachOtherAreRefused() throws {
    func read(_ text: String) throws -> RecommendRequest {
      try JSONDecoder().decode(RecommendRequest.self, from: Data(text.utf8))
    }
    XCTAssertThrowsError(try read(#"{"userId":"a","visitor_id":"b"}"#))
    XCTAssertEqual(try read(#"{"userId":null,"visitor_id":"b"}"#).subject, .visitorID("b"))
  }

  func testAnItemsImpressionIsReportedOnce() async throws {
    let mock = MockTransport()
    let accepted = Array(repeating: WriteEventResult(), count: 3)
    try await mock.reply(write, BatchWriteEventsResponse(results: accepted))
    let queue = makeClient(mock).events.makeEventQueue()
    let slate = RecommendResponse(
      recommendations: [Recommendation(itemID: "i0"), Recommendation(itemID: "i1", position: 1)],
      attributionToken: "token")
    let tracker = ImpressionTracker(queue: queue, slate: slate, subject: .userID("u"))
    try await tracker.shown(slate.recommendations)
    try await tracker.shown(slate.recommendations)
    try await tracker.clicked(slate.recommendations[1])
    try await queue.close()
    let sent = await mock.requests(write)
    XCTAssertEqual(sent.count, 1)
    let events = try JSONDecoder().decode(
      BatchWriteEventsRequest.self, from: try XCTUnwrap(sent[0].body)
    ).events
    XCTAssertEqual(events.map { $0.type }, [.impression, .impression, .click])
    XCTAssertEqual(events.map { $0.items[0].position }, [0, 1, 1])
    XCTAssertEqual(Set(events.map(\.attributionToken)), ["token"])
    XCTAssertEqual(events[0].subject, .userID("u"))
  }

  func testARefusedEventOfABatchIsReportedWithItsReason() async throws {
    let mock = MockTransport()
    let body = Data(
      #"""
      {"results": [{"eventId": "a", "accepted": {"offset": "9007199254740993"}},
       {"eventId": "b", "error": {"code": 3, "message": "old", "details": [
         {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "EVENT_TOO_OLD",
          "domain": "shortlist"}]}}]}
      """#.utf8)
    await mock.handle(write) { _ in TransportResponse(status: 200, body: body) }
    let refused = Collected()
    var options = EventQueueOptions<Event>()
    options.onRejected = { event, error in
      refused.add("\(event.eventID) \(type(of: error))")
    }
    let queue = makeClient(mock).events.makeEventQueue(options)
    try await queue.enqueue(Event(eventID: "a"))
    try await queue.enqueue(Event(eventID: "b"))
    try await queue.close()
    XCTAssertEqual(refused.all, ["b EventTooOldError"])
  }

  private func makeClient(_ mock: MockTransport) -> ShortlistClient {
    ShortlistClient(
      endpoint: URL(string: "https://example.com/")!, options: ClientOptions(transport: mock))
  }
}

/// What callbacks were told, from any thread.
private final class Collected: @unchecked Sendable {
  private let lock = NSLock()
  private var lines: [String] = []

  var all: [String] {
    lock.lock()
    defer { lock.unlock() }
    return lines
  }

  func add(_ line: String) {
    lock.lock()
    defer { lock.unlock() }
    lines.append(line)
  }
}
