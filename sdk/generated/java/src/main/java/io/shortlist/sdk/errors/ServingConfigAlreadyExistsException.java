package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** ALREADY_EXISTS: a surface with this name exists. */
public final class ServingConfigAlreadyExistsException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public ServingConfigAlreadyExistsException(Failure failure) {
    super(failure);
  }
}
