package io.shortlist.sdk.suite;

import io.shortlist.sdk.Hooks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A clock that only sleeps and {@link #advance} move. */
class FakeHooks implements Hooks {
  final List<Duration> sleeps = new CopyOnWriteArrayList<>();
  private final List<Timer> timers = new ArrayList<>();
  private final boolean sleepsAtOnce;
  private Duration elapsed = Duration.ZERO;
  volatile double random = 0.5;

  private FakeHooks(boolean sleepsAtOnce) {
    this.sleepsAtOnce = sleepsAtOnce;
  }

  /** Sleeping takes no real time; the clock jumps. */
  static FakeHooks jumping() {
    return new FakeHooks(true);
  }

  /** Sleeping lasts until the test advances the clock. */
  static FakeHooks waiting() {
    return new FakeHooks(false);
  }

  void advance(Duration duration) {
    List<Timer> due = new ArrayList<>();
    synchronized (this) {
      elapsed = elapsed.plus(duration);
      timers.removeIf(timer -> timer.end.compareTo(elapsed) <= 0 && due.add(timer));
    }
    due.forEach(timer -> timer.done.complete(null));
  }

  @Override
  public synchronized long nanoTime() {
    return elapsed.toNanos();
  }

  @Override
  public synchronized Instant now() {
    return Instant.ofEpochSecond(1_700_000_000).plus(elapsed);
  }

  @Override
  public double random() {
    return random;
  }

  @Override
  public CompletableFuture<Void> sleep(Duration duration) {
    sleeps.add(duration);
    CompletableFuture<Void> done = new CompletableFuture<>();
    if (sleepsAtOnce) {
      advance(duration);
      done.complete(null);
    } else {
      synchronized (this) {
        timers.add(new Timer(elapsed.plus(duration), done));
      }
    }
    return done;
  }

  private static final class Timer {
    private final Duration end;
    private final CompletableFuture<Void> done;

    private Timer(Duration end, CompletableFuture<Void> done) {
      this.end = end;
      this.done = done;
    }
  }
}
