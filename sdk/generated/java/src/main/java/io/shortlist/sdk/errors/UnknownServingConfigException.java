package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** NOT_FOUND: no such surface. */
public final class UnknownServingConfigException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public UnknownServingConfigException(Failure failure) {
    super(failure);
  }
}
