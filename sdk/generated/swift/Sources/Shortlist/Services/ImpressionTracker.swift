/// A reply whose items are shown; parts of replies are, too.
public protocol RecommendationSlate: Sendable {
  var recommendations: [Recommendation] { get }
  var attributionToken: String { get }
}

extension RecommendResponse: RecommendationSlate {}
extension RecommendSimilarResponse: RecommendationSlate {}
extension ListTrendingResponse: RecommendationSlate {}
extension RankItemsResponse: RecommendationSlate {}
extension Shelf: RecommendationSlate {}

/// Reports what becomes of a slate: each item's impression once, with its position and the attribution
/// token, and the events it leads to.
public actor ImpressionTracker {
  private let queue: EventQueue<Event>
  private let slate: any RecommendationSlate
  private let complete: @Sendable (inout Event) -> Void
  private var shownIDs: Set<String> = []

  /// - Parameters:
  ///   - slate: what was shown.
  ///   - subject: whose events they are.
  ///   - complete: fills what else all events of the slate share.
  public init(
    queue: EventQueue<Event>,
    slate: any RecommendationSlate,
    subject: Event.Subject,
    complete: @escaping @Sendable (inout Event) -> Void = { _ in }
  ) {
    self.queue = queue
    self.slate = slate
    self.complete = { event in
      event.subject = subject
      complete(&event)
    }
  }

  /// Reports that items came into view; those that were reported before are left out.
  public func shown(_ items: [Recommendation]) async throws {
    for item in items where shownIDs.insert(item.itemID).inserted {
      try await event(.impression, item)
    }
  }

  /// Reports that an item came into view, once.
  public func shown(_ item: Recommendation) async throws {
    try await shown([item])
  }

  /// Reports that an item was opened.
  public func clicked(_ item: Recommendation) async throws {
    try await event(.click, item)
  }

  /// Reports what the slate led to.
  public func event(_ kind: EventType, _ item: Recommendation) async throws {
    var event = Event()
    event.type = kind
    event.attributionToken = slate.attributionToken
    var entry = EventItem()
    entry.itemID = item.itemID
    entry.position = item.position
    event.items = [entry]
    complete(&event)
    try await queue.enqueue(event)
  }
}
