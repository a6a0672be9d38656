package io.music.sdk;

import java.util.Objects;
import java.util.Optional;

/** How a client says who it is. */
public final class Credentials {
  private final String apiKey;
  private final TokenProvider tokenProvider;

  private Credentials(String apiKey, TokenProvider tokenProvider) {
    this.apiKey = apiKey;
    this.tokenProvider = tokenProvider;
  }

  /** Anonymous. */
  public static Credentials none() {
    return new Credentials(null, null);
  }

  /** Sent as {@code x-api-key}. */
  public static Credentials apiKey(String key) {
    return new Credentials(Objects.requireNonNull(key, "key"), null);
  }

  /** Sent as {@code authorization: Bearer}. */
  public static Credentials tokens(TokenProvider provider) {
    return new Credentials(null, Objects.requireNonNull(provider, "provider"));
  }

  /** The key, if that is what it is. */
  public Optional<String> apiKey() {
    return Optional.ofNullable(apiKey);
  }

  /** The provider, if that is what it is. */
  public Optional<TokenProvider> tokenProvider() {
    return Optional.ofNullable(tokenProvider);
  }
}
