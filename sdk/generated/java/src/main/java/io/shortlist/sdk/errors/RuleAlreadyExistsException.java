package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** ALREADY_EXISTS: the surface has a rule with this name. */
public final class RuleAlreadyExistsException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public RuleAlreadyExistsException(Failure failure) {
    super(failure);
  }
}
