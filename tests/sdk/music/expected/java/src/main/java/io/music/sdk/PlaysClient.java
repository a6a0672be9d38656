package io.music.sdk;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.music.sdk.internal.Caller;
import io.music.sdk.internal.Streams;
import io.music.sdk.transport.RpcMethod;
import io.music.v1.StreamPlaysRequest;
import io.music.v1.StreamPlaysResponse;
import io.music.v1.WritePlaysRequest;
import io.music.v1.WritePlaysResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Takes what is played. */
public final class PlaysClient {
  /** WritePlays, for transports and mocks. */
  public static final RpcMethod<WritePlaysRequest, WritePlaysResponse> WRITE_PLAYS =
      RpcMethod.of(
              MethodType.UNARY,
              "music.v1.PlayService/WritePlays",
              WritePlaysRequest.getDefaultInstance(),
              WritePlaysResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(10000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** StreamPlays, for transports and mocks. */
  public static final RpcMethod<StreamPlaysRequest, StreamPlaysResponse> STREAM_PLAYS =
      RpcMethod.of(
              MethodType.BIDI_STREAMING,
              "music.v1.PlayService/StreamPlays",
              StreamPlaysRequest.getDefaultInstance(),
              StreamPlaysResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(0))
          .idempotentAfter();

  private final Caller caller;

  PlaysClient(Caller caller) {
    this.caller = caller;
  }

  /** Writes plays and answers for each. */
  public WritePlaysResponse writePlays(WritePlaysRequest request) {
    return writePlays(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public WritePlaysResponse writePlays(Consumer<WritePlaysRequest.Builder> fields) {
    WritePlaysRequest.Builder request = WritePlaysRequest.newBuilder();
    fields.accept(request);
    return writePlays(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public WritePlaysResponse writePlays(WritePlaysRequest request, CallOptions options) {
    return caller.callAndWait(WRITE_PLAYS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<WritePlaysResponse> writePlaysAsync(WritePlaysRequest request) {
    return writePlaysAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<WritePlaysResponse> writePlaysAsync(
      WritePlaysRequest request, CallOptions options) {
    return caller.call(WRITE_PLAYS, request, options);
  }

  /** Writes plays as they come. */
  public StreamObserver<StreamPlaysRequest> streamPlays(
      StreamObserver<StreamPlaysResponse> replies) {
    return streamPlays(replies, CallOptions.defaults());
  }

  /** The same, with options. */
  public StreamObserver<StreamPlaysRequest> streamPlays(
      StreamObserver<StreamPlaysResponse> replies, CallOptions options) {
    return ClientCalls.asyncBidiStreamingCall(
        caller.open(STREAM_PLAYS, options), Streams.typed(replies));
  }
}
