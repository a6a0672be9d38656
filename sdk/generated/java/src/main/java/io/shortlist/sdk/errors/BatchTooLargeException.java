package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INVALID_ARGUMENT: more entries than a batch may have. */
public final class BatchTooLargeException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public BatchTooLargeException(Failure failure) {
    super(failure);
  }
}
