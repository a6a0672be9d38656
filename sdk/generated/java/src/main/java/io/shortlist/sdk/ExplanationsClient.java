package io.shortlist.sdk;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.shortlist.admin.v1.ExplainRecommendationRequest;
import io.shortlist.admin.v1.ExplainRecommendationResponse;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.transport.RpcMethod;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Says why a request is answered as it is.
 *
 * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * OVERLOADED, DEADLINE_TOO_SHORT and INTERNAL.
 */
public final class ExplanationsClient {
  /** ExplainRecommendation, for transports and mocks. */
  public static final RpcMethod<ExplainRecommendationRequest, ExplainRecommendationResponse>
      EXPLAIN_RECOMMENDATION =
          RpcMethod.of(
                  MethodType.UNARY,
                  "shortlist.admin.v1.ExplanationService/ExplainRecommendation",
                  ExplainRecommendationRequest.getDefaultInstance(),
                  ExplainRecommendationResponse.getDefaultInstance())
              .withDeadline(Duration.ofMillis(10000))
              .idempotentAfter(Code.UNAVAILABLE);

  private final Caller caller;

  ExplanationsClient(Caller caller) {
    this.caller = caller;
  }

  /**
   * Answers a request as RecommendationService.Recommend would now, with the trace of every stage
   * instead of a slate. Nothing is logged as served and no state changes. Errors: INVALID_REQUEST,
   * INVALID_FILTER, UNKNOWN_ATTRIBUTE, UNKNOWN_SERVING_CONFIG.
   */
  public ExplainRecommendationResponse explainRecommendation(ExplainRecommendationRequest request) {
    return explainRecommendation(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public ExplainRecommendationResponse explainRecommendation(
      Consumer<ExplainRecommendationRequest.Builder> fields) {
    ExplainRecommendationRequest.Builder request = ExplainRecommendationRequest.newBuilder();
    fields.accept(request);
    return explainRecommendation(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public ExplainRecommendationResponse explainRecommendation(
      ExplainRecommendationRequest request, CallOptions options) {
    return caller.callAndWait(EXPLAIN_RECOMMENDATION, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<ExplainRecommendationResponse> explainRecommendationAsync(
      ExplainRecommendationRequest request) {
    return explainRecommendationAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<ExplainRecommendationResponse> explainRecommendationAsync(
      ExplainRecommendationRequest request, CallOptions options) {
    return caller.call(EXPLAIN_RECOMMENDATION, request, options);
  }
}
