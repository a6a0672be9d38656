package io.shortlist.sdk.errors;

import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ShortlistException;

/** RESOURCE_EXHAUSTED: the server's disk is full. */
public final class StorageFullException extends ShortlistException {
  private static final long serialVersionUID = 1L;

  public StorageFullException(Failure failure) {
    super(failure);
  }
}
