package io.shortlist.sdk;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;

/** Stands around each logical call: retries happen inside. The first one added is the outermost. */
@FunctionalInterface
public interface Interceptor {
  /**
   * Answers the call, by {@code next} or in its own way.
   *
   * @param request what the caller sends
   * @param context the call; its headers may be changed
   * @param next the rest of the chain; takes the request, changed or not
   */
  CompletableFuture<Message> intercept(Message request, CallContext context, Next next);

  /** The rest of the chain. */
  @FunctionalInterface
  interface Next {
    /** Goes on with the request. */
    CompletableFuture<Message> proceed(Message request);
  }
}
