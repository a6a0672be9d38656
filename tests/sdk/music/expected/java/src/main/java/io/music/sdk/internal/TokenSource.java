package io.music.sdk.internal;

import io.music.sdk.Hooks;
import io.music.sdk.Token;
import io.music.sdk.TokenProvider;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Keeps a token until shortly before it expires; calls that need a new one share one refresh. */
final class TokenSource {
  private static final Duration SKEW = Duration.ofSeconds(30);

  private final TokenProvider provider;
  private final Hooks hooks;
  private Token current;
  private CompletableFuture<Token> refresh;

  TokenSource(TokenProvider provider, Hooks hooks) {
    this.provider = provider;
    this.hooks = hooks;
  }

  /**
   * Returns a token.
   *
   * @param refused the value that the server says has expired; null: none. A token that was
   *     refreshed since is returned as it is.
   */
  CompletableFuture<Token> get(String refused) {
    CompletableFuture<Token> mine;
    synchronized (this) {
      if (current != null && !current.value().equals(refused) && isFresh(current)) {
        return CompletableFuture.completedFuture(current);
      }
      if (refresh != null) {
        return refresh.thenApply(
            token -> token); // A copy: a caller that gives up ends only its own.
      }
      mine = new CompletableFuture<>();
      refresh = mine;
    }
    ask(refused != null)
        .whenComplete(
            (token, error) -> {
              synchronized (this) {
                refresh = null;
                if (error == null) {
                  current = token;
                }
              }
              if (error == null) {
                mine.complete(token);
              } else {
                mine.completeExceptionally(error);
              }
            });
    return mine.thenApply(token -> token);
  }

  private CompletableFuture<Token> ask(boolean forceRefresh) {
    try {
      return provider.get(forceRefresh);
    } catch (RuntimeException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private boolean isFresh(Token token) {
    return token.expiry().map(expiry -> hooks.now().isBefore(expiry.minus(SKEW))).orElse(true);
  }
}
