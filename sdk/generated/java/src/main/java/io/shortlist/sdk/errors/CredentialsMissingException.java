package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** UNAUTHENTICATED: no credentials were sent. */
public final class CredentialsMissingException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public CredentialsMissingException(Failure failure) {
    super(failure);
  }
}
