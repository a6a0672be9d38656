package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** ALREADY_EXISTS: an item with this id exists. */
public final class ItemAlreadyExistsException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public ItemAlreadyExistsException(Failure failure) {
    super(failure);
  }
}
