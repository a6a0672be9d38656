package io.music.sdk;

import com.google.rpc.Status;
import io.grpc.Status.Code;
import io.music.sdk.internal.Backoff;
import io.music.sdk.internal.ErrorParser;
import io.music.sdk.internal.EventBatches;
import io.music.sdk.internal.Futures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Collects events in memory and sends them in batches: by count, by bytes, by age, and when it is
 * closed. One batch is under way at a time. Thread-safe.
 *
 * <p>Events that could not be sent stay and are sent again; their ids keep the server from counting
 * them twice. What is not sent when the process ends is lost.
 *
 * @param <E> an event
 */
public final class EventQueue<E> implements AutoCloseable {
  private static final long MAX_BATCH_BYTES = 1 << 20;
  // With these the whole batch would fail again, however often it were sent.
  private static final Set<Code> PERMANENT =
      EnumSet.of(
          Code.INVALID_ARGUMENT,
          Code.NOT_FOUND,
          Code.ALREADY_EXISTS,
          Code.FAILED_PRECONDITION,
          Code.OUT_OF_RANGE,
          Code.UNIMPLEMENTED);

  private final EventBatches<E> batches;
  private final EventQueueOptions<E> options;
  private final Hooks hooks;

  private final WaitingEvents<E> waiting = new WaitingEvents<>();
  private final List<Flush> flushes = new ArrayList<>();
  private CompletableFuture<Void> timer;
  private boolean isSending;
  private boolean isBackingOff;
  private boolean isClosed;
  private int failures;
  private long droppedCount;

  /** Called by the generated client. */
  public EventQueue(EventBatches<E> batches, EventQueueOptions<E> options, Hooks hooks) {
    this.batches = batches;
    this.options = options;
    this.hooks = hooks;
  }

  /**
   * Takes an event; an id and a time are filled in where it has none.
   *
   * @return the event as it will be sent
   * @throws IllegalStateException the queue is closed
   */
  public E enqueue(E event) {
    E complete = batches.complete(event, UUID.randomUUID().toString(), hooks.now());
    int dropped;
    synchronized (this) {
      if (isClosed) {
        throw new IllegalStateException("the event queue is closed");
      }
      waiting.add(complete, batches.sizeBytes(complete));
      dropped = waiting.trim(options.maxEvents, options.maxBytes);
      droppedCount += dropped;
      settleFlushes();
    }
    if (dropped > 0) {
      options.onDropped.accept(dropped);
    }
    pump();
    return complete;
  }

  /**
   * Sends what is waiting now. Completes when all of it was accepted or refused; fails when a batch
   * could not be sent, which will be tried again all the same.
   */
  public CompletableFuture<Void> flush() {
    Flush flush;
    synchronized (this) {
      flush = new Flush(waiting.lastSequence());
      flushes.add(flush);
      settleFlushes();
      if (!isSending) {
        isBackingOff = false; // The caller knows better, such as that the network is back.
      }
    }
    pump();
    return flush.done;
  }

  /** Events that wait or are under way. */
  public synchronized int size() {
    return waiting.count();
  }

  /** Events dropped so far because the queue was full or closed too early. */
  public synchronized long droppedCount() {
    return droppedCount;
  }

  /** Sends what is left, for as long as the options allow, and takes no more. */
  @Override
  public void close() {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
    }
    CompletableFuture<Void> last =
        flush().orTimeout(options.closeTimeout.toNanos(), TimeUnit.NANOSECONDS);
    try {
      last.handle((nothing, error) -> null).get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } catch (java.util.concurrent.ExecutionException impossible) {
      throw new IllegalStateException(impossible); // handle() has no failure.
    }
    int lost;
    synchronized (this) {
      cancelTimer();
      lost = waiting.trim(0, 0);
      droppedCount += lost;
    }
    if (lost > 0) {
      options.onDropped.accept(lost);
    }
  }

  private void pump() {
    List<E> batch;
    synchronized (this) {
      if (isSending || waiting.isEmpty()) {
        return;
      }
      if (!isDue()) {
        startTimer(options.flushAge);
        return;
      }
      cancelTimer();
      isSending = true;
      batch = waiting.take(Math.min(batches.maxEvents(), options.maxEvents), MAX_BATCH_BYTES);
    }
    send(batch).whenComplete((results, error) -> finish(batch, results, error));
  }

  private CompletableFuture<List<Optional<Status>>> send(List<E> batch) {
    try {
      return batches.send(batch, hooks.now());
    } catch (RuntimeException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private boolean isDue() {
    if (isBackingOff) {
      return false;
    }
    return !flushes.isEmpty()
        || isClosed
        || waiting.count() >= options.flushCount
        || waiting.bytes() >= options.flushBytes;
  }

  private void finish(List<E> batch, List<Optional<Status>> results, Throwable error) {
    Throwable cause = error == null ? null : Futures.unwrap(error);
    boolean isKept = cause != null && !isPermanent(cause);
    List<Flush> failed = new ArrayList<>();
    synchronized (this) {
      isSending = false;
      if (isKept) {
        waiting.putBack();
        isBackingOff = true;
        cancelTimer();
        startTimer(Backoff.EVENTS.afterFailure(failures++, hooks));
        failed.addAll(flushes);
        flushes.clear();
      } else {
        failures = 0;
        isBackingOff = false;
        waiting.settle();
      }
    }
    if (!isKept) {
      reportRejected(batch, results, cause);
      synchronized (this) {
        settleFlushes();
      }
    }
    failed.forEach(flush -> flush.done.completeExceptionally(cause));
    pump();
  }

  private void reportRejected(List<E> batch, List<Optional<Status>> results, Throwable error) {
    for (int i = 0; i < batch.size(); i++) {
      if (error != null) {
        options.onRejected.accept(batch.get(i), (MusicException) error);
      } else if (i < results.size() && results.get(i).isPresent()) {
        options.onRejected.accept(batch.get(i), ErrorParser.parse(results.get(i).get(), ""));
      }
    }
  }

  private static boolean isPermanent(Throwable error) {
    return error instanceof MusicException
        && PERMANENT.contains(((MusicException) error).code());
  }

  private void startTimer(Duration delay) {
    if (timer == null) {
      CompletableFuture<Void> mine = hooks.sleep(delay);
      timer = mine;
      mine.thenRun(() -> onTimer(mine));
    }
  }

  private void onTimer(CompletableFuture<Void> fired) {
    synchronized (this) {
      if (timer == fired) {
        timer = null;
      }
      isBackingOff = false;
      flushes.add(new Flush(waiting.lastSequence())); // Makes what waits due.
    }
    pump();
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void settleFlushes() {
    flushes.removeIf(flush -> flush.upTo <= waiting.settledSequence() && flush.done.complete(null));
  }

  private static final class Flush {
    private final long upTo;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private Flush(long upTo) {
      this.upTo = upTo;
    }
  }
}
