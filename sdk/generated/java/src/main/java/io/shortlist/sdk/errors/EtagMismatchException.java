package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** ABORTED: it was changed since it was read; read it again. */
public final class EtagMismatchException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public EtagMismatchException(Failure failure) {
    super(failure);
  }
}
