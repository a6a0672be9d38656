package io.shortlist.sdk;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.transport.RpcMethod;
import io.shortlist.v1.ComposePageRequest;
import io.shortlist.v1.ComposePageResponse;
import io.shortlist.v1.ListTrendingRequest;
import io.shortlist.v1.ListTrendingResponse;
import io.shortlist.v1.RankItemsRequest;
import io.shortlist.v1.RankItemsResponse;
import io.shortlist.v1.RecommendRequest;
import io.shortlist.v1.RecommendResponse;
import io.shortlist.v1.RecommendSimilarRequest;
import io.shortlist.v1.RecommendSimilarResponse;
import io.shortlist.v1.Recommendation;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Answers with slates: ranked lists of items for a subject, an item or a page.
 *
 * <p>An unknown user, an unknown seed, an empty history and fewer candidates than asked for are not
 * errors. Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, SUBJECT_MISMATCH,
 * QUOTA_EXHAUSTED, OVERLOADED, DEADLINE_TOO_SHORT, DEPENDENCY_UNAVAILABLE and INTERNAL. A reply may
 * be kept for 5 seconds, so long as an item that was deleted meanwhile may still be in it.
 */
public final class RecommendationsClient {
  /** Recommend, for transports and mocks. */
  public static final RpcMethod<RecommendRequest, RecommendResponse> RECOMMEND =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.RecommendationService/Recommend",
              RecommendRequest.getDefaultInstance(),
              RecommendResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(2000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** RecommendSimilar, for transports and mocks. */
  public static final RpcMethod<RecommendSimilarRequest, RecommendSimilarResponse>
      RECOMMEND_SIMILAR =
          RpcMethod.of(
                  MethodType.UNARY,
                  "shortlist.v1.RecommendationService/RecommendSimilar",
                  RecommendSimilarRequest.getDefaultInstance(),
                  RecommendSimilarResponse.getDefaultInstance())
              .withDeadline(Duration.ofMillis(2000))
              .idempotentAfter(Code.UNAVAILABLE);

  /** ListTrending, for transports and mocks. */
  public static final RpcMethod<ListTrendingRequest, ListTrendingResponse> LIST_TRENDING =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.RecommendationService/ListTrending",
              ListTrendingRequest.getDefaultInstance(),
              ListTrendingResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(2000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** RankItems, for transports and mocks. */
  public static final RpcMethod<RankItemsRequest, RankItemsResponse> RANK_ITEMS =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.RecommendationService/RankItems",
              RankItemsRequest.getDefaultInstance(),
              RankItemsResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(2000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** ComposePage, for transports and mocks. */
  public static final RpcMethod<ComposePageRequest, ComposePageResponse> COMPOSE_PAGE =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.RecommendationService/ComposePage",
              ComposePageRequest.getDefaultInstance(),
              ComposePageResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(3000))
          .idempotentAfter(Code.UNAVAILABLE);

  private final Caller caller;

  RecommendationsClient(Caller caller) {
    this.caller = caller;
  }

  /**
   * Returns one page of a personal feed. Errors: INVALID_REQUEST, INVALID_FILTER,
   * UNKNOWN_ATTRIBUTE, INVALID_PAGE_TOKEN, PAGE_TOKEN_EXPIRED, UNKNOWN_SERVING_CONFIG.
   */
  public RecommendResponse recommend(RecommendRequest request) {
    return recommend(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RecommendResponse recommend(Consumer<RecommendRequest.Builder> fields) {
    RecommendRequest.Builder request = RecommendRequest.newBuilder();
    fields.accept(request);
    return recommend(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RecommendResponse recommend(RecommendRequest request, CallOptions options) {
    return caller.callAndWait(RECOMMEND, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<RecommendResponse> recommendAsync(RecommendRequest request) {
    return recommendAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<RecommendResponse> recommendAsync(
      RecommendRequest request, CallOptions options) {
    return caller.call(RECOMMEND, request, options);
  }

  /** All items of {@code recommend}, page after page as they are asked for. */
  public Paged<RecommendResponse, Recommendation> recommendPaged(RecommendRequest request) {
    return recommendPaged(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public Paged<RecommendResponse, Recommendation> recommendPaged(
      RecommendRequest request, CallOptions options) {
    return new Paged<>(
        (token, each) -> recommend(request.toBuilder().setPageToken(token).build(), each),
        RecommendResponse::getRecommendationsList,
        RecommendResponse::getNextPageToken,
        request.getPageToken(),
        options);
  }

  /**
   * Returns items similar to one item, without a subject; an unknown item gets popular items.
   * Errors: INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  public RecommendSimilarResponse recommendSimilar(RecommendSimilarRequest request) {
    return recommendSimilar(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RecommendSimilarResponse recommendSimilar(
      Consumer<RecommendSimilarRequest.Builder> fields) {
    RecommendSimilarRequest.Builder request = RecommendSimilarRequest.newBuilder();
    fields.accept(request);
    return recommendSimilar(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RecommendSimilarResponse recommendSimilar(
      RecommendSimilarRequest request, CallOptions options) {
    return caller.callAndWait(RECOMMEND_SIMILAR, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<RecommendSimilarResponse> recommendSimilarAsync(
      RecommendSimilarRequest request) {
    return recommendSimilarAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<RecommendSimilarResponse> recommendSimilarAsync(
      RecommendSimilarRequest request, CallOptions options) {
    return caller.call(RECOMMEND_SIMILAR, request, options);
  }

  /**
   * Returns the items that are engaged with unusually often right now, without a subject. Errors:
   * INVALID_REQUEST, INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  public ListTrendingResponse listTrending(ListTrendingRequest request) {
    return listTrending(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ListTrendingResponse listTrending(Consumer<ListTrendingRequest.Builder> fields) {
    ListTrendingRequest.Builder request = ListTrendingRequest.newBuilder();
    fields.accept(request);
    return listTrending(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ListTrendingResponse listTrending(ListTrendingRequest request, CallOptions options) {
    return caller.callAndWait(LIST_TRENDING, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ListTrendingResponse> listTrendingAsync(ListTrendingRequest request) {
    return listTrendingAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ListTrendingResponse> listTrendingAsync(
      ListTrendingRequest request, CallOptions options) {
    return caller.call(LIST_TRENDING, request, options);
  }

  /**
   * Ranks the given items for a subject. Items that are unknown, deleted or unavailable are listed
   * in {@code skipped_item_ids}. Errors: INVALID_REQUEST, UNKNOWN_SERVING_CONFIG.
   */
  public RankItemsResponse rankItems(RankItemsRequest request) {
    return rankItems(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RankItemsResponse rankItems(Consumer<RankItemsRequest.Builder> fields) {
    RankItemsRequest.Builder request = RankItemsRequest.newBuilder();
    fields.accept(request);
    return rankItems(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RankItemsResponse rankItems(RankItemsRequest request, CallOptions options) {
    return caller.callAndWait(RANK_ITEMS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<RankItemsResponse> rankItemsAsync(RankItemsRequest request) {
    return rankItemsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<RankItemsResponse> rankItemsAsync(
      RankItemsRequest request, CallOptions options) {
    return caller.call(RANK_ITEMS, request, options);
  }

  /**
   * Composes a page of several shelves; no item appears twice on the page. Errors: INVALID_REQUEST,
   * INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  public ComposePageResponse composePage(ComposePageRequest request) {
    return composePage(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ComposePageResponse composePage(Consumer<ComposePageRequest.Builder> fields) {
    ComposePageRequest.Builder request = ComposePageRequest.newBuilder();
    fields.accept(request);
    return composePage(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ComposePageResponse composePage(ComposePageRequest request, CallOptions options) {
    return caller.callAndWait(COMPOSE_PAGE, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ComposePageResponse> composePageAsync(ComposePageRequest request) {
    return composePageAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ComposePageResponse> composePageAsync(
      ComposePageRequest request, CallOptions options) {
    return caller.call(COMPOSE_PAGE, request, options);
  }
}
