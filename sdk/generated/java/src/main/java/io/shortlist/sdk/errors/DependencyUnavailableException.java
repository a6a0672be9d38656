package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** UNAVAILABLE: a dependency did not answer. */
public final class DependencyUnavailableException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public DependencyUnavailableException(Failure failure) {
    super(failure);
  }
}
