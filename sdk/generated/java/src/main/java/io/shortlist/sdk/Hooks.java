package io.shortlist.sdk;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Clock, chance and sleep of a client; tests replace them. */
public interface Hooks {
  /** Counts on, in nanoseconds, whatever is done to the wall clock. */
  long nanoTime();

  /** The wall clock. */
  Instant now();

  /** Uniform in [0, 1). */
  double random();

  /** Completes after a time; cancelling it frees the timer. */
  CompletableFuture<Void> sleep(Duration duration);

  /** Lets go of threads. */
  default void close() {}

  /** The real ones, on one daemon thread. */
  static Hooks system() {
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "shortlist-timer");
              thread.setDaemon(true);
              return thread;
            });
    return new Hooks() {
      @Override
      public long nanoTime() {
        return System.nanoTime();
      }

      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public double random() {
        return ThreadLocalRandom.current().nextDouble();
      }

      @Override
      public CompletableFuture<Void> sleep(Duration duration) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Future<?> timed =
            timer.schedule(() -> done.complete(null), duration.toNanos(), TimeUnit.NANOSECONDS);
        done.whenComplete((nothing, error) -> timed.cancel(false));
        return done;
      }

      @Override
      public void close() {
        timer.shutdownNow();
      }
    };
  }
}
