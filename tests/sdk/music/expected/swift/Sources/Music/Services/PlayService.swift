import Foundation

/// Takes what is played.
public struct PlayService: Sendable {
  let engine: Engine

  /// The methods with their call policies.
  public enum Methods {
    public static let writePlays = RPCMethod(
      path: "/music.v1.PlayService/WritePlays",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 10,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/plays:write")],
        body: .all),
      requestIDField: "")
  }
}

extension PlayService {
  /// Writes plays and answers for each.
  public func writePlays(
    _ request: WritePlaysRequest, options: CallOptions = CallOptions()
  ) async throws -> WritePlaysResponse {
    try await engine.call(
      Methods.writePlays, request, options, reply: WritePlaysResponse.self)
  }

  /// A queue that writes events by `writePlays`, in batches and in the background.
  public func makePlayQueue(
    _ options: EventQueueOptions<Play> = EventQueueOptions()
  ) -> EventQueue<Play> {
    EventQueue(options: options, batchSize: 100, hooks: engine.hooks) { events, now in
      let reply = try await self.writePlays(
        WritePlaysRequest(plays: events, clock: now))
      return reply.outcomes.map { result -> MusicError? in
        guard let status = result.failure else { return nil }
        return refusal(status)
      }
    }
  }
}

extension Play: QueuedEvent {
  public var queueID: String {
    get { self.playID }
    set { self.playID = newValue }
  }

  public var queueTime: Timestamp? {
    get { self.playTime }
    set { self.playTime = newValue }
  }
}
