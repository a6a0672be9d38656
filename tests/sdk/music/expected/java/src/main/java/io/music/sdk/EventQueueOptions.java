package io.music.sdk;

import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;

/**
 * When an event queue sends, and whom it tells. Immutable.
 *
 * @param <E> an event
 */
public final class EventQueueOptions<E> {
  final int flushCount;
  final long flushBytes;
  final Duration flushAge;
  final int maxEvents;
  final long maxBytes;
  final Duration closeTimeout;
  final BiConsumer<E, MusicException> onRejected;
  final LongConsumer onDropped;

  private EventQueueOptions(Builder<E> builder) {
    flushCount = builder.flushCount;
    flushBytes = builder.flushBytes;
    flushAge = builder.flushAge;
    maxEvents = builder.maxEvents;
    maxBytes = builder.maxBytes;
    closeTimeout = builder.closeTimeout;
    onRejected = builder.onRejected;
    onDropped = builder.onDropped;
  }

  /** Starts from the defaults. */
  public static <E> Builder<E> builder() {
    return new Builder<>();
  }

  /** Sets the options. */
  public static final class Builder<E> {
    private int flushCount = 50;
    private long flushBytes = 64 << 10;
    private Duration flushAge = Duration.ofSeconds(5);
    private int maxEvents = 10_000;
    private long maxBytes = 5 << 20;
    private Duration closeTimeout = Duration.ofSeconds(5);
    private BiConsumer<E, MusicException> onRejected = (event, error) -> {};
    private LongConsumer onDropped = count -> {};

    private Builder() {}

    /** Sends when so many events wait; 50. */
    public Builder<E> flushCount(int count) {
      flushCount = count;
      return this;
    }

    /** Sends when so many bytes wait; 64 KiB. */
    public Builder<E> flushBytes(long bytes) {
      flushBytes = bytes;
      return this;
    }

    /** Sends when an event has waited so long; 5 seconds. */
    public Builder<E> flushAge(Duration age) {
      flushAge = age;
      return this;
    }

    /** Keeps so many events at most, dropping the oldest; 10,000. */
    public Builder<E> maxEvents(int events) {
      maxEvents = events;
      return this;
    }

    /** Keeps so many bytes at most, dropping the oldest events; 5 MiB. */
    public Builder<E> maxBytes(long bytes) {
      maxBytes = bytes;
      return this;
    }

    /** Waits so long for the last events when it is closed; 5 seconds. */
    public Builder<E> closeTimeout(Duration timeout) {
      closeTimeout = timeout;
      return this;
    }

    /** Is told of each event that the server refused: it would refuse it again. */
    public Builder<E> onRejected(BiConsumer<E, MusicException> listener) {
      onRejected = listener;
      return this;
    }

    /** Is told how many events were dropped because the queue was full, or closed too early. */
    public Builder<E> onDropped(LongConsumer listener) {
      onDropped = listener;
      return this;
    }

    /** The options. */
    public EventQueueOptions<E> build() {
      return new EventQueueOptions<>(this);
    }
  }
}
