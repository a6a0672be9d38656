package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** PERMISSION_DENIED: the caller's scope does not allow the method. */
public final class ScopeInsufficientException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public ScopeInsufficientException(Failure failure) {
    super(failure);
  }
}
