package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INVALID_ARGUMENT: the filter has a syntax or type error; BadRequest names the place. */
public final class InvalidFilterException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public InvalidFilterException(Failure failure) {
    super(failure);
  }
}
