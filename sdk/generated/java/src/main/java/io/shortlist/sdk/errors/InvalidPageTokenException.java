package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INVALID_ARGUMENT: the page token is malformed, foreign, or belongs to another request. */
public final class InvalidPageTokenException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public InvalidPageTokenException(Failure failure) {
    super(failure);
  }
}
