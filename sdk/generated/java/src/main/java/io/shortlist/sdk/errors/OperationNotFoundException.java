package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** NOT_FOUND: no such operation. */
public final class OperationNotFoundException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public OperationNotFoundException(Failure failure) {
    super(failure);
  }
}
