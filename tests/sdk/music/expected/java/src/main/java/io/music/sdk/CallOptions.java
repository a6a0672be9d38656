package io.music.sdk;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What one call does differently from the defaults; immutable. */
public final class CallOptions {
  private static final CallOptions DEFAULTS = new CallOptions(new Values());

  private final Values values;

  private CallOptions(Values values) {
    this.values = values;
  }

  /** The method's own deadline, retries on, a fresh idempotency key. */
  public static CallOptions defaults() {
    return DEFAULTS;
  }

  /** Total time of the call, with all attempts and waits; of a paged list: of each page. */
  public CallOptions withTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("a timeout must be positive");
    }
    Values changed = values.copy();
    changed.timeout = timeout;
    return new CallOptions(changed);
  }

  /**
   * The key by which the server knows a repeated call; a UUID where none is set. On a paged list
   * only the first page has it.
   */
  public CallOptions withIdempotencyKey(String key) {
    Values changed = values.copy();
    changed.idempotencyKey = key;
    return new CallOptions(changed);
  }

  /** Sends a header with every attempt. */
  public CallOptions withMetadata(String name, String value) {
    Values changed = values.copy();
    changed.metadata.put(name, value);
    return new CallOptions(changed);
  }

  /** One attempt only. */
  public CallOptions withoutRetries() {
    Values changed = values.copy();
    changed.retries = false;
    return new CallOptions(changed);
  }

  /** Ends a paged list after so many items. */
  public CallOptions withMaxItems(long maxItems) {
    if (maxItems < 0) {
      throw new IllegalArgumentException("maxItems must not be negative");
    }
    Values changed = values.copy();
    changed.maxItems = maxItems;
    return new CallOptions(changed);
  }

  /** Is told how the call went, when it ends, whether it succeeded or not. */
  public CallOptions onInfo(Consumer<CallInfo> listener) {
    Values changed = values.copy();
    changed.infoListener = listener;
    return new CallOptions(changed);
  }

  CallOptions withoutIdempotencyKey() {
    Values changed = values.copy();
    changed.idempotencyKey = null;
    return new CallOptions(changed);
  }

  /** Total time of the call; empty: the method's default. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(values.timeout);
  }

  /** The key, if one was set. */
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(values.idempotencyKey);
  }

  /** Headers beside those of the client. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(values.metadata);
  }

  /** Whether failed attempts may be repeated. */
  public boolean retries() {
    return values.retries;
  }

  /** Most items of a paged list. */
  public long maxItems() {
    return values.maxItems;
  }

  /** Who is told how the call went. */
  public Consumer<CallInfo> infoListener() {
    return values.infoListener;
  }

  private static final class Values {
    private Duration timeout;
    private String idempotencyKey;
    private TreeMap<String, String> metadata = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private boolean retries = true;
    private long maxItems = Long.MAX_VALUE;
    private Consumer<CallInfo> infoListener = info -> {};

    private Values copy() {
      Values made = new Values();
      made.timeout = timeout;
      made.idempotencyKey = idempotencyKey;
      made.metadata = new TreeMap<>(metadata);
      made.retries = retries;
      made.maxItems = maxItems;
      made.infoListener = infoListener;
      return made;
    }
  }
}
