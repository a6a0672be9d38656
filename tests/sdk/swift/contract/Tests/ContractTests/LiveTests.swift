import Foundation
import Shortlist
import XCTest

/// Against a server: SHORTLIST_URL is its address over HTTP (the edge's), SHORTLIST_API_KEY a key that may act
/// for SHORTLIST_USER. Without an address the tests are skipped.
final class LiveTests: XCTestCase {
  private var user: String {
    ProcessInfo.processInfo.environment["SHORTLIST_USER"] ?? "u000"
  }

  func testRecommend() async throws {
    let reply = try await connected().recommendations.recommend(feed())
    XCTAssertFalse(reply.recommendations.isEmpty)
    XCTAssertFalse(reply.attributionToken.isEmpty)
  }

  func testPagingToTheEnd() async throws {
    var seen: [String] = []
    let items = try connected().recommendations.recommendAll(feed())
    for try await item in items {
      seen.append(item.itemID)
    }
    XCTAssertGreaterThan(seen.count, 20)
    XCTAssertEqual(Set(seen).count, seen.count)
  }

  func testBatchEvents() async throws {
    let client = try connected()
    let slate = try await client.recommendations.recommend(feed())
    let queue = client.events.makeEventQueue()
    let tracker = ImpressionTracker(queue: queue, slate: slate, subject: .userID(user))
    try await tracker.shown(slate.recommendations)
    try await queue.close()
    let left = await queue.count
    XCTAssertEqual(left, 0)
  }

  func testTypedErrors() async throws {
    var wrong = feed()
    wrong.filter = "nothing ="
    do {
      _ = try await connected().recommendations.recommend(wrong)
      XCTFail("it returned")
    } catch let error as InvalidFilterError {
      XCTAssertEqual(error.code, .invalidArgument)
      XCTAssertFalse(error.requestID.isEmpty)
    }
  }

  func testDeadline() async throws {
    do {
      let options = CallOptions(timeout: 0.000_01)
      _ = try await connected().recommendations.recommend(feed(), options: options)
      XCTFail("it returned")
    } catch let error as ShortlistError {
      XCTAssertEqual(error.code, .deadlineExceeded)
    }
  }

  func testCancellation() async throws {
    let client = try connected()
    let request = feed()
    let task = Task { try await client.recommendations.recommend(request) }
    task.cancel()
    do {
      _ = try await task.value
      XCTFail("it returned")
    } catch is CancellationError {
    }
  }

  private func connected() throws -> ShortlistClient {
    let environment = ProcessInfo.processInfo.environment
    guard let address = environment["SHORTLIST_URL"], let url = URL(string: address) else {
      throw XCTSkip("SHORTLIST_URL is not set")
    }
    var credentials = Credentials.none
    if let key = environment["SHORTLIST_API_KEY"] {
      credentials = .apiKey(key)
    }
    return ShortlistClient(endpoint: url, credentials: credentials)
  }

  private func feed() -> RecommendRequest {
    RecommendRequest(subject: .userID(user), pageSize: 20)
  }
}
