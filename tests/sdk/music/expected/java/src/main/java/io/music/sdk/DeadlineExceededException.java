package io.music.sdk;

/** The call's total time was over before it was answered. */
public final class DeadlineExceededException extends MusicException {
  private static final long serialVersionUID = 1L;

  public DeadlineExceededException(Failure failure) {
    super(failure);
  }
}
