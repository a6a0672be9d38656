package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** UNAUTHENTICATED: the credentials have expired; refresh once and retry. */
public final class CredentialsExpiredException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public CredentialsExpiredException(Failure failure) {
    super(failure);
  }
}
