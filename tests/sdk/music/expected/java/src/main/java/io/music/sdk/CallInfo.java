package io.music.sdk;

/** How a call went. */
public final class CallInfo {
  private final int attempts;
  private final String requestId;

  public CallInfo(int attempts, String requestId) {
    this.attempts = attempts;
    this.requestId = requestId;
  }

  /** Attempts made, from 1; 0 if none reached the transport. */
  public int attempts() {
    return attempts;
  }

  /** The id to quote in a report to the operators of the server. */
  public String requestId() {
    return requestId;
  }
}
