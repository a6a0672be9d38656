package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** FAILED_PRECONDITION: the feed has expired; start a new one. */
public final class PageTokenExpiredException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public PageTokenExpiredException(Failure failure) {
    super(failure);
  }
}
