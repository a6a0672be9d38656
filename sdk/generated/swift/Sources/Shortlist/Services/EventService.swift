import Foundation

/// Takes what users do. A reply means that the event is durable; a replay is harmless.
///
/// Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
/// SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
public struct EventService: Sendable {
  let engine: Engine

  /// The methods with their call policies.
  public enum Methods {
    public static let writeEvent = RPCMethod(
      path: "/shortlist.v1.EventService/WriteEvent",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 5,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/events:write")],
        body: .all),
      requestIDField: "")
    public static let batchWriteEvents = RPCMethod(
      path: "/shortlist.v1.EventService/BatchWriteEvents",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/events:batchWrite")],
        body: .all),
      requestIDField: "")
    public static let importEvents = RPCMethod(
      path: "/shortlist.v1.EventService/ImportEvents",
      isIdempotent: false,
      retryableCodes: [],
      defaultTimeout: 30,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/events:import")],
        body: .all),
      requestIDField: "")
  }
}

extension EventService {
  /// Writes one event. Errors: INVALID_REQUEST, EVENT_TOO_OLD, EVENT_FROM_FUTURE,
  /// EVENT_ID_CONFLICT.
  public func writeEvent(
    _ request: WriteEventRequest, options: CallOptions = CallOptions()
  ) async throws -> WriteEventResponse {
    try await engine.call(
      Methods.writeEvent, request, options, reply: WriteEventResponse.self)
  }

  /// Writes up to 500 events and answers for each: one bad event does not fail the others. Errors
  /// of the whole batch: INVALID_REQUEST, BATCH_TOO_LARGE.
  public func batchWriteEvents(
    _ request: BatchWriteEventsRequest, options: CallOptions = CallOptions()
  ) async throws -> BatchWriteEventsResponse {
    try await engine.call(
      Methods.batchWriteEvents, request, options, reply: BatchWriteEventsResponse.self)
  }

  /// A queue that writes events by `batchWriteEvents`, in batches and in the background.
  public func makeEventQueue(
    _ options: EventQueueOptions<Event> = EventQueueOptions()
  ) -> EventQueue<Event> {
    EventQueue(options: options, batchSize: 500, hooks: engine.hooks) { events, now in
      let reply = try await self.batchWriteEvents(
        BatchWriteEventsRequest(events: events, sentTime: now))
      return reply.results.map { result -> ShortlistError? in
        guard case .error(let status)? = result.outcome else { return nil }
        return refusal(status)
      }
    }
  }

  /// Imports a file of events that lies in the deployment's import folder. Errors: INVALID_REQUEST.
  /// The operation's response is ImportEventsResponse, its metadata ImportEventsMetadata.
  public func importEvents(
    _ request: ImportEventsRequest, options: CallOptions = CallOptions()
  ) async throws -> LongrunningOperation {
    try await engine.call(
      Methods.importEvents, request, options, reply: LongrunningOperation.self)
  }
}

extension Event: QueuedEvent {
  public var queueID: String {
    get { self.eventID }
    set { self.eventID = newValue }
  }

  public var queueTime: Timestamp? {
    get { self.eventTime }
    set { self.eventTime = newValue }
  }
}
