package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** ALREADY_EXISTS: the event id was used with another payload. */
public final class EventIdConflictException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public EventIdConflictException(Failure failure) {
    super(failure);
  }
}
