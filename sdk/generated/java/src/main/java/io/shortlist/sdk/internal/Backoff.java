package io.shortlist.sdk.internal;

import io.shortlist.sdk.Hooks;
import java.time.Duration;

/** Exponential backoff with full jitter. */
public final class Backoff {
  /** Between the attempts of a call. */
  public static final Backoff CALLS = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  /** Between the batches of an event queue that fail. */
  public static final Backoff EVENTS = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));

  private static final int MAX_DOUBLINGS = 30;

  private final Duration base;
  private final Duration cap;

  private Backoff(Duration base, Duration cap) {
    this.base = base;
    this.cap = cap;
  }

  /** Uniform in [0, min(base * 2^n, cap)); n counts failures from 0. */
  public Duration afterFailure(int n, Hooks hooks) {
    double most = base.toNanos() * Math.pow(2, Math.min(n, MAX_DOUBLINGS));
    return scaled(Math.min(most, cap.toNanos()), hooks);
  }

  /** The server's delay, and up to base more so that not all come back at once. */
  public Duration afterServerDelay(Duration delay, Hooks hooks) {
    return delay.plus(scaled(base.toNanos(), hooks));
  }

  private static Duration scaled(double nanos, Hooks hooks) {
    return Duration.ofNanos((long) (nanos * hooks.random()));
  }
}
