package io.music.sdk.internal;

import io.grpc.Status;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Waiting for futures as a synchronous caller expects it. */
public final class Futures {
  private Futures() {}

  /** Waits; an interrupt cancels the call. Errors come as they were thrown, not wrapped. */
  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw ErrorParser.local(Status.Code.CANCELLED, "the thread was interrupted", "", interrupted);
    } catch (CancellationException cancelled) {
      throw ErrorParser.local(Status.Code.CANCELLED, "the call was cancelled", "", cancelled);
    } catch (ExecutionException failed) {
      Throwable cause = unwrap(failed.getCause());
      if (cause instanceof RuntimeException) {
        throw (RuntimeException) cause;
      }
      if (cause instanceof Error) {
        throw (Error) cause;
      }
      throw new CompletionException(cause);
    }
  }

  /** The error inside the wrappers that futures put around it. */
  public static Throwable unwrap(Throwable error) {
    Throwable inner = error;
    while (inner instanceof CompletionException && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }
}
