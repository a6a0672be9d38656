package io.music.sdk.errors;

import io.music.sdk.Failure;
import io.music.sdk.MusicException;

/** UNAUTHENTICATED: the ticket is from yesterday. */
public final class TicketExpiredException extends MusicException {
  private static final long serialVersionUID = 1L;

  public TicketExpiredException(Failure failure) {
    super(failure);
  }
}
