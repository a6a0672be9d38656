package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** NOT_FOUND: the surface has no such rule. */
public final class RuleNotFoundException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public RuleNotFoundException(Failure failure) {
    super(failure);
  }
}
