package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** RESOURCE_EXHAUSTED: the server sheds load; RetryInfo says when to retry. */
public final class OverloadedException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public OverloadedException(Failure failure) {
    super(failure);
  }
}
