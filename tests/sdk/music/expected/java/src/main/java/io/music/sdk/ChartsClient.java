package io.music.sdk;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.music.admin.v1.SetChartRequest;
import io.music.admin.v1.SetChartResponse;
import io.music.sdk.internal.Caller;
import io.music.sdk.transport.RpcMethod;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Keeps the charts. */
public final class ChartsClient {
  /** SetChart, for transports and mocks. */
  public static final RpcMethod<SetChartRequest, SetChartResponse> SET_CHART =
      RpcMethod.of(
              MethodType.UNARY,
              "music.admin.v1.ChartService/SetChart",
              SetChartRequest.getDefaultInstance(),
              SetChartResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(5000))
          .idempotentAfter(Code.UNAVAILABLE);

  private final Caller caller;

  ChartsClient(Caller caller) {
    this.caller = caller;
  }

  /** Replaces a chart. */
  public SetChartResponse setChart(SetChartRequest request) {
    return setChart(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public SetChartResponse setChart(Consumer<SetChartRequest.Builder> fields) {
    SetChartRequest.Builder request = SetChartRequest.newBuilder();
    fields.accept(request);
    return setChart(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public SetChartResponse setChart(SetChartRequest request, CallOptions options) {
    return caller.callAndWait(SET_CHART, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<SetChartResponse> setChartAsync(SetChartRequest request) {
    return setChartAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<SetChartResponse> setChartAsync(
      SetChartRequest request, CallOptions options) {
    return caller.call(SET_CHART, request, options);
  }
}
