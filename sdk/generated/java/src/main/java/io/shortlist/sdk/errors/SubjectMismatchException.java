package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** PERMISSION_DENIED: the caller may act for its own subject only. */
public final class SubjectMismatchException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public SubjectMismatchException(Failure failure) {
    super(failure);
  }
}
