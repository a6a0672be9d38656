package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INVALID_ARGUMENT: the event is more than 30 days old, or older than its subject's erasure. */
public final class EventTooOldException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public EventTooOldException(Failure failure) {
    super(failure);
  }
}
