package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** NOT_FOUND: no such item. */
public final class ItemNotFoundException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public ItemNotFoundException(Failure failure) {
    super(failure);
  }
}
