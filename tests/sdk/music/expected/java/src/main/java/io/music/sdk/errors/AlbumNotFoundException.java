package io.music.sdk.errors;

import io.music.sdk.Failure;
import io.music.sdk.MusicException;

/** NOT_FOUND: no such album. */
public final class AlbumNotFoundException extends MusicException {
  private static final long serialVersionUID = 1L;

  public AlbumNotFoundException(Failure failure) {
    super(failure);
  }
}
