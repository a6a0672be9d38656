package io.shortlist.sdk.internal;

/**
 * Keeps retries a small part of a client's calls, so that it does not add to an overload: each
 * takes a token, each success gives a tenth of one back.
 */
public final class RetryBudget {
  private static final double CAPACITY = 10;
  private static final double REFILL = 0.1;
  // Tenths add up to a little less than the whole in binary.
  private static final double EPSILON = 1e-9;

  private double tokens = CAPACITY;

  /** Takes a token; false: there is none, don't retry. */
  public synchronized boolean tryTake() {
    if (tokens + EPSILON < 1) {
      return false;
    }
    tokens -= 1;
    return true;
  }

  /** A call has succeeded. */
  public synchronized void refill() {
    tokens = Math.min(CAPACITY, tokens + REFILL);
  }
}
