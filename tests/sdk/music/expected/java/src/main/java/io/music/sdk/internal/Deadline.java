package io.music.sdk.internal;

import io.music.sdk.Hooks;
import java.time.Duration;

/** The end of a call's total time. */
final class Deadline {
  private final Hooks hooks;
  private final long endNanos;
  private final boolean isUnlimited;

  /** A null timeout has no end. */
  Deadline(Hooks hooks, Duration timeout) {
    this.hooks = hooks;
    isUnlimited = timeout == null;
    endNanos = isUnlimited ? 0 : hooks.nanoTime() + timeout.toNanos();
  }

  /** Time left, perhaps negative; null: no limit. */
  Duration left() {
    return isUnlimited ? null : Duration.ofNanos(endNanos - hooks.nanoTime());
  }

  boolean isOver() {
    return allowsNot(Duration.ZERO);
  }

  /** Whether a wait would end at or after it. */
  boolean allowsNot(Duration wait) {
    return !isUnlimited && wait.compareTo(left()) >= 0;
  }
}
