package io.music.sdk;

import java.time.Instant;
import java.util.Optional;

/** A bearer token. */
public final class Token {
  private final String value;
  private final Instant expiry;

  private Token(String value, Instant expiry) {
    this.value = value;
    this.expiry = expiry;
  }

  /** A token of unknown expiry: used until the server says that it has expired. */
  public static Token of(String value) {
    return new Token(value, null);
  }

  /** A token that is refreshed 30 seconds before it expires. */
  public static Token of(String value, Instant expiry) {
    return new Token(value, expiry);
  }

  /** What goes after {@code Bearer}. */
  public String value() {
    return value;
  }

  /** When it expires, if known. */
  public Optional<Instant> expiry() {
    return Optional.ofNullable(expiry);
  }

  @Override
  public String toString() {
    return "Token(expiry=" + expiry + ")"; // Never the value: it would end up in logs.
  }
}
