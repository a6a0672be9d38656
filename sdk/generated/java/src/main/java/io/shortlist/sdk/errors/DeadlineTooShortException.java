package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** DEADLINE_EXCEEDED: too little time was left to answer. */
public final class DeadlineTooShortException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public DeadlineTooShortException(Failure failure) {
    super(failure);
  }
}
