package io.music.sdk.transport;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import java.time.Duration;
import java.util.Set;

/**
 * A method of the contract with its call policy.
 *
 * @param <Q> the request
 * @param <R> the reply
 */
public final class RpcMethod<Q extends Message, R extends Message> {
  private final MethodDescriptor<Q, R> descriptor;
  private final boolean idempotent;
  private final Set<Status.Code> retryableCodes;
  private final Duration defaultDeadline;

  private RpcMethod(
      MethodDescriptor<Q, R> descriptor,
      boolean idempotent,
      Duration defaultDeadline,
      Set<Status.Code> retryableCodes) {
    this.descriptor = descriptor;
    this.idempotent = idempotent;
    this.defaultDeadline = defaultDeadline;
    this.retryableCodes = retryableCodes;
  }

  /** A method that is not idempotent and has no deadline. */
  public static <Q extends Message, R extends Message> RpcMethod<Q, R> of(
      MethodType type, String name, Q request, R reply) {
    MethodDescriptor<Q, R> descriptor =
        MethodDescriptor.<Q, R>newBuilder()
            .setType(type)
            .setFullMethodName(name)
            .setRequestMarshaller(ProtoUtils.marshaller(request))
            .setResponseMarshaller(ProtoUtils.marshaller(reply))
            .build();
    return new RpcMethod<>(descriptor, false, Duration.ZERO, Set.of());
  }

  /** The same, with the total time of calls that set none. */
  public RpcMethod<Q, R> withDeadline(Duration deadline) {
    return new RpcMethod<>(descriptor, idempotent, deadline, retryableCodes);
  }

  /** The same, idempotent: repeated after these codes. */
  public RpcMethod<Q, R> idempotentAfter(Status.Code... codes) {
    return new RpcMethod<>(descriptor, true, defaultDeadline, Set.of(codes));
  }

  /** Full name, {@code package.Service/Method}. */
  public String name() {
    return descriptor.getFullMethodName();
  }

  /** What gRPC needs to know. */
  public MethodDescriptor<Q, R> descriptor() {
    return descriptor;
  }

  /** Whether a call that failed with a code may simply be repeated. */
  public boolean isRepeatableAfter(Status.Code code) {
    return idempotent && retryableCodes.contains(code);
  }

  /** Total time of calls that set none; zero: no limit. */
  public Duration defaultDeadline() {
    return defaultDeadline;
  }
}
