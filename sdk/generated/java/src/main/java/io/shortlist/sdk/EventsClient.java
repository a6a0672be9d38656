package io.shortlist.sdk;

import com.google.longrunning.Operation;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.internal.Streams;
import io.shortlist.sdk.transport.RpcMethod;
import io.shortlist.v1.BatchWriteEventsRequest;
import io.shortlist.v1.BatchWriteEventsResponse;
import io.shortlist.v1.ImportEventsMetadata;
import io.shortlist.v1.ImportEventsRequest;
import io.shortlist.v1.ImportEventsResponse;
import io.shortlist.v1.StreamEventsRequest;
import io.shortlist.v1.StreamEventsResponse;
import io.shortlist.v1.WriteEventRequest;
import io.shortlist.v1.WriteEventResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Takes what users do. A reply means that the event is durable; a replay is harmless.
 *
 * <p>Every method may return the CREDENTIALS reasons, SCOPE_INSUFFICIENT, QUOTA_EXHAUSTED,
 * SUBJECT_MISMATCH, OVERLOADED, STORAGE_FULL, DEADLINE_TOO_SHORT and INTERNAL.
 */
public final class EventsClient {
  /** WriteEvent, for transports and mocks. */
  public static final RpcMethod<WriteEventRequest, WriteEventResponse> WRITE_EVENT =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.EventService/WriteEvent",
              WriteEventRequest.getDefaultInstance(),
              WriteEventResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(5000))
          .idempotentAfter(Code.UNAVAILABLE);

  /** BatchWriteEvents, for transports and mocks. */
  public static final RpcMethod<BatchWriteEventsRequest, BatchWriteEventsResponse>
      BATCH_WRITE_EVENTS =
          RpcMethod.of(
                  MethodType.UNARY,
                  "shortlist.v1.EventService/BatchWriteEvents",
                  BatchWriteEventsRequest.getDefaultInstance(),
                  BatchWriteEventsResponse.getDefaultInstance())
              .withDeadline(Duration.ofMillis(10000))
              .idempotentAfter(Code.UNAVAILABLE);

  /** StreamEvents, for transports and mocks. */
  public static final RpcMethod<StreamEventsRequest, StreamEventsResponse> STREAM_EVENTS =
      RpcMethod.of(
              MethodType.BIDI_STREAMING,
              "shortlist.v1.EventService/StreamEvents",
              StreamEventsRequest.getDefaultInstance(),
              StreamEventsResponse.getDefaultInstance())
          .withDeadline(Duration.ofMillis(0))
          .idempotentAfter(Code.UNAVAILABLE);

  /** ImportEvents, for transports and mocks. */
  public static final RpcMethod<ImportEventsRequest, Operation> IMPORT_EVENTS =
      RpcMethod.of(
              MethodType.UNARY,
              "shortlist.v1.EventService/ImportEvents",
              ImportEventsRequest.getDefaultInstance(),
              Operation.getDefaultInstance())
          .withDeadline(Duration.ofMillis(30000));

  private final Caller caller;

  EventsClient(Caller caller) {
    this.caller = caller;
  }

  /**
   * Writes one event. Errors: INVALID_REQUEST, EVENT_TOO_OLD, EVENT_FROM_FUTURE, EVENT_ID_CONFLICT.
   */
  public WriteEventResponse writeEvent(WriteEventRequest request) {
    return writeEvent(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public WriteEventResponse writeEvent(Consumer<WriteEventRequest.Builder> fields) {
    WriteEventRequest.Builder request = WriteEventRequest.newBuilder();
    fields.accept(request);
    return writeEvent(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public WriteEventResponse writeEvent(WriteEventRequest request, CallOptions options) {
    return caller.callAndWait(WRITE_EVENT, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<WriteEventResponse> writeEventAsync(WriteEventRequest request) {
    return writeEventAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<WriteEventResponse> writeEventAsync(
      WriteEventRequest request, CallOptions options) {
    return caller.call(WRITE_EVENT, request, options);
  }

  /**
   * Writes up to 500 events and answers for each: one bad event does not fail the others. Errors of
   * the whole batch: INVALID_REQUEST, BATCH_TOO_LARGE.
   */
  public BatchWriteEventsResponse batchWriteEvents(BatchWriteEventsRequest request) {
    return batchWriteEvents(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public BatchWriteEventsResponse batchWriteEvents(
      Consumer<BatchWriteEventsRequest.Builder> fields) {
    BatchWriteEventsRequest.Builder request = BatchWriteEventsRequest.newBuilder();
    fields.accept(request);
    return batchWriteEvents(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public BatchWriteEventsResponse batchWriteEvents(
      BatchWriteEventsRequest request, CallOptions options) {
    return caller.callAndWait(BATCH_WRITE_EVENTS, request, options);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<BatchWriteEventsResponse> batchWriteEventsAsync(
      BatchWriteEventsRequest request) {
    return batchWriteEventsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<BatchWriteEventsResponse> batchWriteEventsAsync(
      BatchWriteEventsRequest request, CallOptions options) {
    return caller.call(BATCH_WRITE_EVENTS, request, options);
  }

  /** Writes events as they come and acknowledges each, in any order. */
  public StreamObserver<StreamEventsRequest> streamEvents(
      StreamObserver<StreamEventsResponse> replies) {
    return streamEvents(replies, CallOptions.defaults());
  }

  /** The same, with options. */
  public StreamObserver<StreamEventsRequest> streamEvents(
      StreamObserver<StreamEventsResponse> replies, CallOptions options) {
    return ClientCalls.asyncBidiStreamingCall(
        caller.open(STREAM_EVENTS, options), Streams.typed(replies));
  }

  /**
   * Imports a file of events that lies in the deployment's import folder. Errors: INVALID_REQUEST.
   * The operation's response is ImportEventsResponse, its metadata ImportEventsMetadata.
   */
  public RunningOperation<ImportEventsResponse, ImportEventsMetadata> importEvents(
      ImportEventsRequest request) {
    return importEvents(request, CallOptions.defaults());
  }

  /** The same, filling in the request's fields: {@code r -> r.setField(value)}. */
  public RunningOperation<ImportEventsResponse, ImportEventsMetadata> importEvents(
      Consumer<ImportEventsRequest.Builder> fields) {
    ImportEventsRequest.Builder request = ImportEventsRequest.newBuilder();
    fields.accept(request);
    return importEvents(request.build(), CallOptions.defaults());
  }

  /** The same, with options. */
  public RunningOperation<ImportEventsResponse, ImportEventsMetadata> importEvents(
      ImportEventsRequest request, CallOptions options) {
    Operation operation = caller.callAndWait(IMPORT_EVENTS, request, options);
    return importEventsOperation(operation);
  }

  /** The same, without waiting; cancelling the future cancels the call. */
  public CompletableFuture<Operation> importEventsAsync(ImportEventsRequest request) {
    return importEventsAsync(request, CallOptions.defaults());
  }

  /** The same, with options. */
  public CompletableFuture<Operation> importEventsAsync(
      ImportEventsRequest request, CallOptions options) {
    return caller.call(IMPORT_EVENTS, request, options);
  }

  /** An operation that {@code importEvents} began, such as one begun before a restart. */
  public RunningOperation<ImportEventsResponse, ImportEventsMetadata> importEventsOperation(
      Operation operation) {
    return new RunningOperation<>(
        caller, operation, ImportEventsResponse.parser(), ImportEventsMetadata.parser());
  }
}
