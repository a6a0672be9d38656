/// A reply whose items are shown; parts of replies are, too.
public protocol PickSlate: Sendable {
  var picks: [Pick] { get }
  var radioToken: String { get }
}

extension NextTracksResponse: PickSlate {}

/// Reports what becomes of a slate: each item's impression once, with its position and the attribution
/// token, and the events it leads to.
public actor ImpressionTracker {
  private let queue: EventQueue<Play>
  private let slate: any PickSlate
  private let complete: @Sendable (inout Play) -> Void
  private var shownIDs: Set<String> = []

  /// - Parameters:
  ///   - slate: what was shown.
  ///   - whose: whose events they are.
  ///   - complete: fills what else all events of the slate share.
  public init(
    queue: EventQueue<Play>,
    slate: any PickSlate,
    whose: Play.Whose,
    complete: @escaping @Sendable (inout Play) -> Void = { _ in }
  ) {
    self.queue = queue
    self.slate = slate
    self.complete = { event in
      event.whose = whose
      complete(&event)
    }
  }

  /// Reports that items came into view; those that were reported before are left out.
  public func shown(_ items: [Pick]) async throws {
    for item in items where shownIDs.insert(item.trackID).inserted {
      try await event(.impression, item)
    }
  }

  /// Reports that an item came into view, once.
  public func shown(_ item: Pick) async throws {
    try await shown([item])
  }

  /// Reports that an item was opened.
  public func clicked(_ item: Pick) async throws {
    try await event(.click, item)
  }

  /// Reports what the slate led to.
  public func event(_ kind: PlayKind, _ item: Pick) async throws {
    var event = Play()
    event.kind = kind
    event.radioToken = slate.radioToken
    var entry = PlayedTrack()
    entry.trackID = item.trackID
    entry.place = item.place
    event.tracks = [entry]
    complete(&event)
    try await queue.enqueue(event)
  }
}
