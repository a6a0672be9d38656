package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** UNAUTHENTICATED: the credentials are not valid here. */
public final class CredentialsInvalidException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public CredentialsInvalidException(Failure failure) {
    super(failure);
  }
}
