import Foundation

/// How an event queue works.
public struct EventQueueOptions<Event: QueuedEvent>: Sendable {
  /// Where events wait that were not written yet, also when the app is ended; the folder belongs to this
  /// queue alone. Nil: in memory only.
  public var folder: URL?
  /// Write as soon as so many wait; a request has no more of them.
  public var flushCount = 50
  /// Write as soon as they are so many bytes; a request has no more, unless one event alone has.
  public var flushBytes = 64 * 1024
  /// Write when the oldest has waited for so many seconds.
  public var flushAge: TimeInterval = 5
  /// Most events that may wait; the oldest are dropped.
  public var maxEvents = 10_000
  /// Most bytes that may wait; the oldest are dropped.
  public var maxBytes = 5 * 1024 * 1024
  /// Told of events that the server refused; they are not sent again.
  public var onRejected: (@Sendable (Event, ShortlistError) -> Void)?
  /// Told of events that were dropped because the queue was full.
  public var onDropped: (@Sendable (Event) -> Void)?

  public init(folder: URL? = nil) {
    self.folder = folder
  }
}

/// The queue was closed.
public struct EventQueueClosed: Error {
  public init() {}
}

/// Collects events and writes them in batches, in the background.
///
/// An event is durable when `enqueue` returns, if the queue has a folder. While the server can't be reached,
/// events are kept and sent again; they have ids, so none counts twice. Call `onBackground()` when the app
/// goes to the background.
public actor EventQueue<Event: QueuedEvent> {
  /// Sends a batch; returns an error for each refused event, nil for the others, in order.
  typealias Send = @Sendable ([Event], Timestamp) async throws -> [ShortlistError?]

  private struct Waiting: Sendable {
    let event: Event
    let size: Int
    let since: Date
  }

  /// The size of a batch that was written.
  private typealias Outcome = Result<Int, any Error>

  private let options: EventQueueOptions<Event>
  private let batchSize: Int
  private let hooks: RuntimeHooks
  private let send: Send

  private var waiting: [Waiting] = []
  private var bytes = 0
  private var droppedCount = 0
  private var log: EventLog<Event>?
  private var isLoaded = false
  private var isClosed = false
  private var inFlight: Task<Outcome, Never>?
  private var timer: Task<Void, Never>?
  private var timerDue = Date.distantPast
  private var failures = 0
  private var notBefore = Date.distantPast

  init(
    options: EventQueueOptions<Event>, batchSize: Int, hooks: RuntimeHooks, send: @escaping Send
  ) {
    self.options = options
    self.batchSize = batchSize
    self.hooks = hooks
    self.send = send
  }

  /// How many events wait.
  public var count: Int { waiting.count }

  /// How many events were dropped because the queue was full.
  public var dropped: Int { droppedCount }

  /// Adds an event, with an id and a time if it has none, and returns it.
  @discardableResult
  public func enqueue(_ event: Event) throws -> Event {
    guard !isClosed else { throw EventQueueClosed() }
    try load()
    var event = event
    if event.queueID.isEmpty {
      event.queueID = hooks.uuid()
    }
    if event.queueTime == nil {
      event.queueTime = Timestamp(hooks.now())
    }
    let size = try JSONEncoder().encode(event).count
    try log?.add(event)
    append(event, size, since: hooks.now())
    try makeRoom()
    schedule()
    return event
  }

  /// Reads what waits from before. It is done by the first `enqueue` or `flush`; do it at the app's start to
  /// send earlier what is left.
  public func start() throws {
    try load()
    schedule()
  }

  /// Writes what waits. It throws the first failure of a batch; its events are kept, unless the server
  /// refused them for good.
  public func flush() async throws {
    try load()
    var left = waiting.count
    while left > 0 {
      let sent = try await sendBatch()
      guard sent > 0 else { return }
      left -= sent
    }
  }

  /// Writes what waits before the app is suspended; what can't be written stays.
  public func onBackground() async {
    try? await flush()
  }

  /// Writes what waits and ends the queue. What can't be written stays in the folder.
  public func close() async throws {
    isClosed = true
    timer?.cancel()
    timer = nil
    defer { log?.close() }
    try await flush()
  }
}

// What waits.
extension EventQueue {
  private func load() throws {
    guard !isLoaded else { return }
    if let folder = options.folder {
      let opened = try EventLog<Event>(folder: folder)
      let encoder = JSONEncoder()
      for event in try opened.load() {
        let size = try encoder.encode(event).count
        append(event, size, since: hooks.now())
      }
      log = opened
    }
    isLoaded = true
    try makeRoom()
  }

  private func append(_ event: Event, _ size: Int, since: Date) {
    waiting.append(Waiting(event: event, size: size, since: since))
    bytes += size
  }

  private func makeRoom() throws {
    var dropped: [Event] = []
    while waiting.count > options.maxEvents || (bytes > options.maxBytes && waiting.count > 1) {
      let oldest = waiting.removeFirst()
      bytes -= oldest.size
      dropped.append(oldest.event)
    }
    guard !dropped.isEmpty else { return }
    droppedCount += dropped.count
    try log?.remove(dropped.map { $0.queueID }, waiting: waiting.map { $0.event })
    for event in dropped {
      options.onDropped?(event)
    }
  }

  private func remove(_ batch: [Waiting]) {
    let ids = Set(batch.map { $0.event.queueID })
    waiting.removeAll { ids.contains($0.event.queueID) }
    bytes = waiting.reduce(0) { $0 + $1.size }
    // If it can't be noted they are sent once more, which has no effect.
    try? log?.remove(ids.sorted(), waiting: waiting.map { $0.event })
  }
}

// Sending.
extension EventQueue {
  private static var backoffBase: TimeInterval { 1 }
  private static var backoffLimit: TimeInterval { 60 }
  private static var unanswered: ShortlistError {
    CallFailure(code: .internal, message: "the server did not answer for every event").error
  }

  /// Writes one batch, when no other is in flight, and returns its size.
  private func sendBatch() async throws -> Int {
    while let running = inFlight {
      _ = await running.value
    }
    guard !waiting.isEmpty else { return 0 }
    let batch = nextBatch()
    let task: Task<Outcome, Never> = Task { await self.write(batch) }
    inFlight = task
    return try await task.value.get()
  }

  /// The oldest that wait, as many as go into a request.
  private func nextBatch() -> [Waiting] {
    var size = 0
    let fitting = waiting.prefix { entry in
      size += entry.size
      return size <= options.flushBytes
    }
    return Array(waiting.prefix(max(1, min(fitting.count, batchSize, options.flushCount))))
  }

  /// What belongs to a batch is done before its task ends, so that those who wait for it find it done.
  private func write(_ batch: [Waiting]) async -> Outcome {
    let outcome: Outcome
    do {
      let refusals = try await send(batch.map { $0.event }, Timestamp(hooks.now()))
      written(Array(batch.prefix(refusals.count)), refusals)
      guard refusals.count >= batch.count else { throw Self.unanswered }
      failures = 0
      outcome = .success(batch.count)
    } catch {
      failed(batch, error)
      outcome = .failure(error)
    }
    inFlight = nil
    schedule()
    return outcome
  }

  private func written(_ batch: [Waiting], _ refusals: [ShortlistError?]) {
    remove(batch)
    for (entry, refusal) in zip(batch, refusals) {
      if let refusal {
        options.onRejected?(entry.event, refusal)
      }
    }
  }

  private func failed(_ batch: [Waiting], _ error: any Error) {
    guard let refusal = error as? ShortlistError, isFinal(refusal.code) else {
      let wait = Backoff.fullJitter(
        failures, base: Self.backoffBase, limit: Self.backoffLimit, random: hooks.random)
      notBefore = hooks.now().addingTimeInterval(wait)
      failures += 1
      return
    }
    failures = 0
    remove(batch)
    for entry in batch {
      options.onRejected?(entry.event, refusal)
    }
  }

  /// Whether a batch that failed as a whole would fail again.
  private func isFinal(_ code: StatusCode) -> Bool {
    switch code {
    case .invalidArgument, .notFound, .alreadyExists, .permissionDenied, .failedPrecondition,
      .outOfRange, .unimplemented, .dataLoss:
      return true
    default:
      return false
    }
  }

  /// Sets the timer for the next flush.
  private func schedule() {
    // A batch in flight does it when it is back.
    guard !isClosed, inFlight == nil, let oldest = waiting.first else { return }
    let now = hooks.now()
    let isFull = waiting.count >= options.flushCount || bytes >= options.flushBytes
    let due = max(isFull ? now : oldest.since.addingTimeInterval(options.flushAge), notBefore)
    if timer != nil, timerDue <= due { return }
    timer?.cancel()
    timerDue = due
    let wait = max(0, due.timeIntervalSince(now))
    let sleep = hooks.sleep
    timer = Task { [weak self] in
      do {
        try await sleep(wait)
      } catch {
        return
      }
      if !Task.isCancelled {
        await self?.timerFired()
      }
    }
  }

  private func timerFired() async {
    timer = nil
    // What failed is sent again later; what was refused for good was reported.
    _ = try? await sendBatch()
  }
}
