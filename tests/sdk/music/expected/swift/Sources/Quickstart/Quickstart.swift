import Foundation
import Music

/// Calls a server: a page, all pages, events in a batch, a typed error, a deadline and a cancellation.
@main
struct Quickstart {
  static func main() async throws {
    let arguments = ProcessInfo.processInfo.arguments
    let address = arguments.count > 1 ? arguments[1] : "http://localhost:8080"
    let user = arguments.count > 2 ? arguments[2] : "u000"
    guard let endpoint = URL(string: address) else { return print("not an address: \(address)") }
    let key = ProcessInfo.processInfo.environment["MUSIC_API_KEY"]
    var credentials = Credentials.none
    if let key {
      credentials = .apiKey(key)
    }
    let client = MusicClient(endpoint: endpoint, credentials: credentials)
    let request = NextTracksRequest(whose: .listenerID(user), count: 5)

    let page = try await client.radios.nextTracks(request)
    print("one page:", page.picks.count, "items")

    var count = 0
    let options = CallOptions(maxItems: 100)
    for try await _ in client.radios.nextTracksAll(request, options: options) {
      count += 1
    }
    print("all pages:", count, "items")

    var queueOptions = EventQueueOptions<Play>()
    queueOptions.onRejected = { _, error in print("refused:", error) }
    let queue = client.plays.makePlayQueue(queueOptions)
    let tracker = ImpressionTracker(
      queue: queue, slate: page, whose: .listenerID(user))
    try await tracker.shown(page.picks)
    try await queue.close()
    print("events: impressions written")

    var wrong = request
    wrong.count = -1
    do {
      _ = try await client.radios.nextTracks(wrong)
    } catch let error as MusicError {
      print("error:", error.reason.name, error.fieldViolations.map(\.field))
    }

    // Not the request from above: its reply may be a kept one, which takes no time.
    var other = request
    other.count = 6
    let another = other
    do {
      _ = try await client.radios.nextTracks(another, options: CallOptions(timeout: 0.000_001))
    } catch let error as MusicError {
      print("deadline:", error.code == .deadlineExceeded)
    }

    let cancelled = Task { try await client.radios.nextTracks(another) }
    cancelled.cancel()
    do {
      _ = try await cancelled.value
    } catch is CancellationError {
      print("cancellation: true")
    }
  }
}
