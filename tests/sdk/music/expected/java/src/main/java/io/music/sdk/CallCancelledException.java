package io.music.sdk;

/** The call was cancelled: its thread was interrupted, or its future cancelled. */
public final class CallCancelledException extends MusicException {
  private static final long serialVersionUID = 1L;

  public CallCancelledException(Failure failure) {
    super(failure);
  }
}
