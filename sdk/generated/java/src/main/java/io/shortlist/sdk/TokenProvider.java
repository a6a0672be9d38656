package io.shortlist.sdk;

import java.util.concurrent.CompletableFuture;

/** Where tokens come from. Asked by one call at a time; the others wait for the same answer. */
@FunctionalInterface
public interface TokenProvider {
  /**
   * Returns a token.
   *
   * @param forceRefresh the last one was refused: a stored one won't do
   */
  CompletableFuture<Token> get(boolean forceRefresh);
}
