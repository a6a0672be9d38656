package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INVALID_ARGUMENT: the event is more than 5 minutes ahead. */
public final class EventFromFutureException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public EventFromFutureException(Failure failure) {
    super(failure);
  }
}
