package io.shortlist.conformance;

/** The SDK lacks what a test is about. */
final class UnsupportedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedException(String reason) {
    super(reason);
  }
}
