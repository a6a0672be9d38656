package io.music.sdk;

import com.google.protobuf.Any;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What is known of an error; its exception is made from it. Immutable once handed over. */
public final class Failure {
  /** Canonical code. */
  public Status.Code code = Status.Code.UNKNOWN;

  /** From ErrorInfo; empty: the server gave none. */
  public String reason = "";

  /** In English, for developers. */
  public String message = "";

  /** Of ErrorInfo. */
  public Map<String, String> metadata = Map.of();

  /** All details, known to this client or not. */
  public List<Any> details = List.of();

  /** Of BadRequest. */
  public List<FieldViolation> fieldViolations = List.of();

  /** What to quote to the operators of the server. */
  public String requestId = "";

  /** From RetryInfo; null: the server asked for none. */
  public Duration retryDelay;

  /** What it was made from. */
  public Throwable cause;
}
