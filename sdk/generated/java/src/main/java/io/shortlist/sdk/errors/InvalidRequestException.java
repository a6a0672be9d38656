package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INVALID_ARGUMENT: a field is out of range; BadRequest names it. */
public final class InvalidRequestException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public InvalidRequestException(Failure failure) {
    super(failure);
  }
}
