package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** INVALID_ARGUMENT: an attribute is not declared, or not filterable. */
public final class UnknownAttributeException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public UnknownAttributeException(Failure failure) {
    super(failure);
  }
}
