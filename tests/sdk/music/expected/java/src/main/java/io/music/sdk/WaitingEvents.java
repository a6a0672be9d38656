package io.music.sdk;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Events in order, those under way first; each has a sequence number from 1. Not thread-safe. */
final class WaitingEvents<E> {
  private final ArrayDeque<Entry<E>> entries = new ArrayDeque<>();
  private final ArrayDeque<Entry<E>> underWay = new ArrayDeque<>();
  private long lastSequence;
  private long bytes;

  void add(E event, int sizeBytes) {
    entries.add(new Entry<>(event, sizeBytes, ++lastSequence));
    bytes += sizeBytes;
  }

  /** Takes the oldest events for a batch, at least one. */
  List<E> take(int maxCount, long maxBytes) {
    List<E> batch = new ArrayList<>();
    long taken = 0;
    while (!entries.isEmpty() && batch.size() < maxCount) {
      taken += entries.peek().sizeBytes;
      if (!batch.isEmpty() && taken > maxBytes) {
        break;
      }
      Entry<E> entry = entries.poll();
      underWay.add(entry);
      batch.add(entry.event);
    }
    return batch;
  }

  /** The batch could not be sent. */
  void putBack() {
    while (!underWay.isEmpty()) {
      entries.addFirst(underWay.pollLast());
    }
  }

  /** The batch was answered. */
  void settle() {
    underWay.forEach(entry -> bytes -= entry.sizeBytes);
    underWay.clear();
  }

  /** Drops the oldest events that are not under way, and returns how many. */
  int trim(int maxCount, long maxBytes) {
    int dropped = 0;
    while (!entries.isEmpty() && (count() > maxCount || bytes > maxBytes)) {
      bytes -= entries.poll().sizeBytes;
      dropped++;
    }
    return dropped;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  int count() {
    return entries.size() + underWay.size();
  }

  long bytes() {
    return bytes;
  }

  /** Of the newest event. */
  long lastSequence() {
    return lastSequence;
  }

  /** All events up to this one are gone. */
  long settledSequence() {
    Entry<E> oldest = underWay.isEmpty() ? entries.peek() : underWay.peek();
    return oldest == null ? lastSequence : oldest.sequence - 1;
  }

  private static final class Entry<E> {
    private final E event;
    private final int sizeBytes;
    private final long sequence;

    private Entry(E event, int sizeBytes, long sequence) {
      this.event = event;
      this.sizeBytes = sizeBytes;
      this.sequence = sequence;
    }
  }
}
