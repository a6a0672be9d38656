import Foundation

/// Answers with slates: ranked lists of items for a subject, an item or a page.
///
/// An unknown user, an unknown seed, an empty history and fewer candidates than asked for are not
/// errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH,
/// QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and INTERNAL. A reply
/// may be kept for 5 seconds, so long as an item that was deleted meanwhile may still be in it.
public struct RecommendationService: Sendable {
  let engine: Engine

  /// The methods with their call policies.
  public enum Methods {
    public static let recommend = RPCMethod(
      path: "/shortlist.v1.RecommendationService/Recommend",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 2,
      cache: CachePolicy(maxAge: 5, staleIfError: 86400),
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/recommendations:recommend")],
        body: .all),
      requestIDField: "requestId")
    public static let recommendSimilar = RPCMethod(
      path: "/shortlist.v1.RecommendationService/RecommendSimilar",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 2,
      cache: CachePolicy(maxAge: 5, staleIfError: 86400),
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/items/"), .field(["itemId"], keepsSlashes: false), .literal(":similar")],
        body: .none),
      requestIDField: "requestId")
    public static let listTrending = RPCMethod(
      path: "/shortlist.v1.RecommendationService/ListTrending",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 2,
      cache: CachePolicy(maxAge: 5, staleIfError: 86400),
      http: HTTPBinding(
        verb: "GET",
        path: [.literal("/v1/trending")],
        body: .none),
      requestIDField: "requestId")
    public static let rankItems = RPCMethod(
      path: "/shortlist.v1.RecommendationService/RankItems",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 2,
      cache: nil,
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/recommendations:rank")],
        body: .all),
      requestIDField: "requestId")
    public static let composePage = RPCMethod(
      path: "/shortlist.v1.RecommendationService/ComposePage",
      isIdempotent: true,
      retryableCodes: [.unavailable],
      defaultTimeout: 3,
      cache: CachePolicy(maxAge: 5, staleIfError: 86400),
      http: HTTPBinding(
        verb: "POST",
        path: [.literal("/v1/pages:compose")],
        body: .all),
      requestIDField: "requestId")
  }
}

extension RecommendationService {
  /// Returns one page of a personal feed. Errors: INVALID_REQUEST, INVALID_FILTER,
  /// UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN, PAGE_TOKEN_EXPIRED, UNKNOWN_SERVING_CONFIG.
  public func recommend(
    _ request: RecommendRequest, options: CallOptions = CallOptions()
  ) async throws -> RecommendResponse {
    try await engine.call(
      Methods.recommend, request, options, reply: RecommendResponse.self)
  }

  /// The pages of `recommend`, from the request's page token on.
  public func recommendPages(
    _ request: RecommendRequest, options: CallOptions = CallOptions()
  ) -> Pages<RecommendRequest, RecommendResponse> {
    Pages(
      first: request,
      fetch: { request in try await self.recommend(request, options: options) },
      following: { request, page in
        guard !page.nextPageToken.isEmpty else { return nil }
        var following = request
        following.pageToken = page.nextPageToken
        return following
      })
  }

  /// The items of all pages of `recommend`, from the request's page token on.
  public func recommendAll(
    _ request: RecommendRequest, options: CallOptions = CallOptions()
  ) -> PagedItems<RecommendRequest, RecommendResponse, Recommendation> {
    PagedItems(
      pages: recommendPages(request, options: options),
      items: { page in page.recommendations },
      limit: options.maxItems)
  }

  /// Returns items similar to one item, without a subject; an unknown item gets popular items.
  /// Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
  public func recommendSimilar(
    _ request: RecommendSimilarRequest, options: CallOptions = CallOptions()
  ) async throws -> RecommendSimilarResponse {
    try await engine.call(
      Methods.recommendSimilar, request, options, reply: RecommendSimilarResponse.self)
  }

  /// Returns the items that are engaged with unusually often right now, without a subject. Errors:
  /// INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
  public func listTrending(
    _ request: ListTrendingRequest, options: CallOptions = CallOptions()
  ) async throws -> ListTrendingResponse {
    try await engine.call(
      Methods.listTrending, request, options, reply: ListTrendingResponse.self)
  }

  /// Ranks the given items for a subject. Items that are unknown, deleted or unavailable are listed
  /// in `skipped_item_ids`. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
  public func rankItems(
    _ request: RankItemsRequest, options: CallOptions = CallOptions()
  ) async throws -> RankItemsResponse {
    try await engine.call(
      Methods.rankItems, request, options, reply: RankItemsResponse.self)
  }

  /// Composes a page of several shelves; no item appears twice on the page. Errors:
  /// INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
  public func composePage(
    _ request: ComposePageRequest, options: CallOptions = CallOptions()
  ) async throws -> ComposePageResponse {
    try await engine.call(
      Methods.composePage, request, options, reply: ComposePageResponse.self)
  }
}
