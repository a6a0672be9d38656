package io.shortlist.sdk;

import io.grpc.Status;
import java.time.Duration;

/** Is told of calls and attempts; must be quick and must not throw. */
public interface Telemetry {
  /** Is told of nothing. */
  Telemetry NONE = method -> Call.NONE;

  /** A call begins. The method is {@code package.Service/Method}. */
  Call onCallStart(String method);

  /** One call that goes on. */
  interface Call {
    /** Is told of nothing. */
    Call NONE = new Call() {};

    /** An attempt, from 1, has ended. */
    default void onAttempt(int attempt, Status.Code code, Duration duration) {}

    /** The call has ended; {@code attempts} may be 0. */
    default void onCallEnd(int attempts, Status.Code code, Duration duration) {}
  }
}
