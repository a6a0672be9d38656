package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INTERNAL: a fault of the server; quote the request id. */
public final class InternalException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public InternalException(Failure failure) {
    super(failure);
  }
}
