package io.music.sdk.errors;

import io.music.sdk.Failure;
import io.music.sdk.MusicException;

/** The reasons of the contract, each with its type and with when to repeat the call. */
public final class ErrorReasons {
  private ErrorReasons() {}

  /** When an error is worth another attempt. */
  public enum Retry {
    /** It would fail again. */
    NEVER,
    /** If repeating the call has no further effect. */
    IF_IDEMPOTENT,
    /** After the server's delay: nothing was done. */
    AFTER_DELAY,
    /** Once, with fresh credentials. */
    AFTER_REFRESH
  }

  /** The exception of a failure; a reason that this package does not know has the common type. */
  public static MusicException create(Failure failure) {
    switch (failure.reason) {
      case "ALBUM_NOT_FOUND":
        return new AlbumNotFoundException(failure);
      case "OUT_OF_TUNE":
        return new OutOfTuneException(failure);
      case "SOLD_OUT":
        return new SoldOutException(failure);
      case "TICKET_EXPIRED":
        return new TicketExpiredException(failure);
      default:
        return new MusicException(failure);
    }
  }

  /** When a call that failed for a reason is repeated. */
  public static Retry retry(String reason) {
    switch (reason) {
      case "OUT_OF_TUNE":
        return Retry.IF_IDEMPOTENT;
      case "SOLD_OUT":
        return Retry.AFTER_DELAY;
      case "TICKET_EXPIRED":
        return Retry.AFTER_REFRESH;
      default:
        return Retry.NEVER;
    }
  }
}
