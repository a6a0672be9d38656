package io.music.sdk.errors;

import io.music.sdk.Failure;
import io.music.sdk.MusicException;

/** UNAVAILABLE: between two stations. */
public final class OutOfTuneException extends MusicException {
  private static final long serialVersionUID = 1L;

  public OutOfTuneException(Failure failure) {
    super(failure);
  }
}
