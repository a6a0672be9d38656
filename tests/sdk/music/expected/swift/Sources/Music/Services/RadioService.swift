import Foundation

/// Plays without end.
public struct RadioService: Sendable {
  let engine: Engine

  /// The methods with their call policies.
  public enum Methods {
    public static let nextTracks = RPCMethod(
      path: "/music.v1.RadioService/NextTracks",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 2,
      cache: CachePolicy(maxAge: 10, staleIfError: 600),
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/radio:next")],
        body: .all),
      requestIDField: "requestId")
  }
}

extension RadioService {
  /// Returns the next tracks of a station.
  public func nextTracks(
    _ request: NextTracksRequest, options: CallOptions = CallOptions()
  ) async throws -> NextTracksResponse {
    try await engine.call(
      Methods.nextTracks, request, options, reply: NextTracksResponse.self)
  }

  /// The pages of `nextTracks`, from the request's page token on.
  public func nextTracksPages(
    _ request: NextTracksRequest, options: CallOptions = CallOptions()
  ) -> Pages<NextTracksRequest, NextTracksResponse> {
    Pages(
      first: request,
      fetch: { request in try await self.nextTracks(request, options: options) },
      following: { request, page in
        guard !page.nextCursor.isEmpty else { return nil }
        var following = request
        following.cursor = page.nextCursor
        return following
      })
  }

  /// The items of all pages of `nextTracks`, from the request's page token on.
  public func nextTracksAll(
    _ request: NextTracksRequest, options: CallOptions = CallOptions()
  ) -> PagedItems<NextTracksRequest, NextTracksResponse, Pick> {
    PagedItems(
      pages: nextTracksPages(request, options: options),
      items: { page in page.picks },
      limit: options.maxItems)
  }
}
