package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** RESOURCE_EXHAUSTED: the caller's quota is used up; RetryInfo says when to retry. */
public final class QuotaExhaustedException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public QuotaExhaustedException(Failure failure) {
    super(failure);
  }
}
