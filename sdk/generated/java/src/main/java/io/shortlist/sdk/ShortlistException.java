package io.shortlist.sdk;

import com.google.protobuf.Any;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A call has failed. Each reason of the contract has a type of its own in {@code
 * io.shortlist.sdk.errors}; a reason that is newer than this package comes as this one.
 */
public class ShortlistException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Failure failure;

  public ShortlistException(Failure failure) {
    super(describe(failure), failure.cause);
    this.failure = failure;
  }

  /** Canonical code. */
  public final Status.Code code() {
    return failure.code;
  }

  /** The contract's reason, such as {@code INVALID_REQUEST}; empty: none was given. */
  public final String reason() {
    return failure.reason;
  }

  /** What the server says of the reason, such as the name of the missing resource. */
  public final Map<String, String> metadata() {
    return failure.metadata;
  }

  /** All details, known to this client or not. */
  public final List<Any> details() {
    return failure.details;
  }

  /** Fields that the server refused. */
  public final List<FieldViolation> fieldViolations() {
    return failure.fieldViolations;
  }

  /** What to quote to the operators of the server. */
  public final String requestId() {
    return failure.requestId;
  }

  /** When the server asks to try again, if it does. */
  public final Optional<Duration> retryDelay() {
    return Optional.ofNullable(failure.retryDelay);
  }

  private static String describe(Failure failure) {
    String what = failure.reason.isEmpty() ? failure.code.name() : failure.reason;
    String id = failure.requestId.isEmpty() ? "" : " (request " + failure.requestId + ")";
    return what + ": " + failure.message + id;
  }
}
