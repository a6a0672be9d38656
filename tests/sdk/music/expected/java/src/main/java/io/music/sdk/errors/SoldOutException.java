package io.music.sdk.errors;

import io.music.sdk.Failure;
import io.music.sdk.MusicException;

/** RESOURCE_EXHAUSTED: too many listeners; RetryInfo says when to come back. */
public final class SoldOutException extends MusicException {
  private static final long serialVersionUID = 1L;

  public SoldOutException(Failure failure) {
    super(failure);
  }
}
