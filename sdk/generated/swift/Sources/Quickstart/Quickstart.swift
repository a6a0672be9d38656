import Foundation
import Shortlist

/// Calls a server: a page, all pages, events in a batch, a typed error, a deadline and a cancellation.
@main
struct Quickstart {
  static func main() async throws {
    let arguments = ProcessInfo.processInfo.arguments
    let address = arguments.count > 1 ? arguments[1] : "http://localhost:8080"
    let user = arguments.count > 2 ? arguments[2] : "u000"
    guard let endpoint = URL(string: address) else { return print("not an address: \(address)") }
    let key = ProcessInfo.processInfo.environment["SHORTLIST_API_KEY"]
    var credentials = Credentials.none
    if let key {
      credentials = .apiKey(key)
    }
    let client = ShortlistClient(endpoint: endpoint, credentials: credentials)
    let request = RecommendRequest(subject: .userID(user), pageSize: 5)

    let page = try await client.recommendations.recommend(request)
    print("one page:", page.recommendations.count, "items")

    var count = 0
    let options = CallOptions(maxItems: 100)
    for try await _ in client.recommendations.recommendAll(request, options: options) {
      count += 1
    }
    print("all pages:", count, "items")

    var queueOptions = EventQueueOptions<Event>()
    queueOptions.onRejected = { _, error in print("refused:", error) }
    let queue = client.events.makeEventQueue(queueOptions)
    let tracker = ImpressionTracker(
      queue: queue, slate: page, subject: .userID(user))
    try await tracker.shown(page.recommendations)
    try await queue.close()
    print("events: impressions written")

    var wrong = request
    wrong.pageSize = -1
    do {
      _ = try await client.recommendations.recommend(wrong)
    } catch let error as ShortlistError {
      print("error:", error.reason.name, error.fieldViolations.map(\.field))
    }

    // Not the request from above: its reply may be a kept one, which takes no time.
    var other = request
    other.pageSize = 6
    let another = other
    do {
      _ = try await client.recommendations.recommend(another, options: CallOptions(timeout: 0.000_001))
    } catch let error as ShortlistError {
      print("deadline:", error.code == .deadlineExceeded)
    }

    let cancelled = Task { try await client.recommendations.recommend(another) }
    cancelled.cancel()
    do {
      _ = try await cancelled.value
    } catch is CancellationError {
      print("cancellation: true")
    }
  }
}
