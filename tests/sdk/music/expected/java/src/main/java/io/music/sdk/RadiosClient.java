package io.music.sdk;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.music.sdk.internal.Caller;
import io.music.sdk.internal.Streams;
import io.music.sdk.transport.RpcMethod;
import io.music.v1.NextTracksRequest;
import io.music.v1.NextTracksResponse;
import io.music.v1.Pick;
import io.music.v1.WatchStationRequest;
import io.music.v1.WatchStationResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** Plays without end. */
public final class RadiosClient {
  /** NextTracks, for transports and mocks. */
  public static final RpcMethod<NextTracksRequest, NextTracksResponse> NEXT_TRACKS =
      RpcMethod.of(
              MethodType.UNARY,
              "music.v1.RadioService/NextTracks",
              NextTracksRequest.getDefaultInstance(),
              NextTracksResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(2000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** WatchStation, for transports and mocks. */
  public static final RpcMethod<WatchStationRequest, WatchStationResponse> WATCH_STATION =
      RpcMethod.of(
              MethodType.SERVER_STREAMING,
              "music.v1.RadioService/WatchStation",
              WatchStationRequest.getDefaultInstance(),
              WatchStationResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(0))
          .idempotentAfter();

  private final Caller caller;

  RadiosClient(Caller caller) {
    this.caller = caller;
  }

  /** Returns the next tracks of a station. */
  public NextTracksResponse nextTracks(NextTracksRequest request) {
    return nextTracks(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public NextTracksResponse nextTracks(Consumer<NextTracksRequest.Builder> fields) {
    NextTracksRequest.Builder request = NextTracksRequest.newBuilder();
    fields.accept(request);
    return nextTracks(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public NextTracksResponse nextTracks(NextTracksRequest request, CallOptions options) {
    return caller.callAndWait(NEXT_TRACKS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<NextTracksResponse> nextTracksAsync(NextTracksRequest request) {
    return nextTracksAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<NextTracksResponse> nextTracksAsync(
      NextTracksRequest request, CallOptions options) {
    return caller.call(NEXT_TRACKS, request, options);
  }

  /** All items of {@code nextTracks}, page after page as they are asked for. */
  public Paged<NextTracksResponse, Pick> nextTracksPaged(NextTracksRequest request) {
    return nextTracksPaged(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public Paged<NextTracksResponse, Pick> nextTracksPaged(
      NextTracksRequest request, CallOptions options) {
    return new Paged<>(
        (token, each) -> nextTracks(request.toBuilder().setCursor(token).build(), each),
        NextTracksResponse::getPicksList,
        NextTracksResponse::getNextCursor,
        request.getCursor(),
        options);
  }

  /** Tells what a station plays, until the caller has heard enough. */
  public void watchStation(
      WatchStationRequest request, StreamObserver<WatchStationResponse> replies) {
    watchStation(request, replies, CallOptions.defaults());
  }

  /** The same, with options. */
  public void watchStation(
      WatchStationRequest request,
      StreamObserver<WatchStationResponse> replies,
      CallOptions options) {
    ClientCalls.asyncServerStreamingCall(
        caller.open(WATCH_STATION, options), request, Streams.typed(replies));
  }
}
