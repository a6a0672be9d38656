package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** NOT_FOUND: no such user. */
public final class UserNotFoundException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public UserNotFoundException(Failure failure) {
    super(failure);
  }
}
