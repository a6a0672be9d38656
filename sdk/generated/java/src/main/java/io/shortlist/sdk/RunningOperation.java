package io.shortlist.sdk;

import com.google.longrunning.GetOperationRequest;
import com.google.longrunning.Operation;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status.Code;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.internal.ErrorParser;
import io.shortlist.sdk.internal.Futures;
import io.shortlist.sdk.transport.RpcMethod;
import java.time.Duration;
import java.util.Optional;

/**
 * Work that goes on at the server after the call that began it; it outlives this client. Keep its
 * name to look at it again.
 *
 * @param <R> what it results in
 * @param <M> what it tells while it runs
 */
public final class RunningOperation<R extends Message, M extends Message> {
  /** GetOperation, for transports and mocks. */
  public static final RpcMethod<GetOperationRequest, Operation> GET_OPERATION =
      RpcMethod.of(
              MethodType.UNARY,
              "google.longrunning.Operations/GetOperation",
              GetOperationRequest.getDefaultInstance(),
              Operation.getDefaultInstance())
          .withDeadline(Duration.ofSeconds(10))
          .idempotentAfter(Code.UNAVAILABLE);

  private static final Duration FIRST_WAIT = Duration.ofMillis(200);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final Caller caller;
  private final Parser<R> responses;
  private final Parser<M> metadata;
  private volatile Operation operation;

  RunningOperation(Caller caller, Operation operation, Parser<R> responses, Parser<M> metadata) {
    this.caller = caller;
    this.operation = operation;
    this.responses = responses;
    this.metadata = metadata;
  }

  /** Its name at the server. */
  public String name() {
    return operation.getName();
  }

  /** Whether it had ended when it was last looked at. */
  public boolean isDone() {
    return operation.getDone();
  }

  /** The operation as it was when it was last looked at. */
  public Operation operation() {
    return operation;
  }

  /** What it told when it was last looked at; empty: nothing. */
  public Optional<M> metadata() {
    return operation.hasMetadata()
        ? Optional.of(parse(operation.getMetadata(), metadata))
        : Optional.empty();
  }

  /** Looks at it again. */
  public RunningOperation<R, M> refresh() {
    return refresh(CallOptions.defaults());
  }

  /** The same, with options. */
  public RunningOperation<R, M> refresh(CallOptions options) {
    GetOperationRequest request = GetOperationRequest.newBuilder().setName(name()).build();
    operation = caller.callAndWait(GET_OPERATION, request, options);
    return this;
  }

  /**
   * Waits until it has ended, and returns its result.
   *
   * @throws DeadlineExceededException it takes longer than the timeout; it goes on all the same
   * @throws ShortlistException it has failed, or can't be looked at
   */
  public R await(Duration timeout) {
    long end = caller.hooks().nanoTime() + timeout.toNanos();
    Duration wait = FIRST_WAIT;
    while (!isDone()) {
      Duration left = Duration.ofNanos(end - caller.hooks().nanoTime());
      if (left.compareTo(wait) <= 0) {
        String message = name() + " goes on after " + timeout;
        throw ErrorParser.local(Code.DEADLINE_EXCEEDED, message, "", null);
      }
      Futures.await(caller.hooks().sleep(wait));
      Duration rest = left.minus(wait);
      Duration usual = GET_OPERATION.defaultDeadline();
      refresh(CallOptions.defaults().withTimeout(rest.compareTo(usual) < 0 ? rest : usual));
      wait = wait.multipliedBy(2);
      wait = wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    }
    return result();
  }

  private R result() {
    if (operation.hasError()) {
      throw ErrorParser.parse(operation.getError(), "");
    }
    return parse(operation.getResponse(), responses);
  }

  private static <T> T parse(Any packed, Parser<T> parser) {
    try {
      return parser.parseFrom(packed.getValue());
    } catch (InvalidProtocolBufferException unreadable) {
      throw ErrorParser.local(Code.INTERNAL, packed.getTypeUrl() + " is broken", "", unreadable);
    }
  }
}
