package io.shortlist.conformance;

import io.shortlist.sdk.Hooks;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** The system's clock and sleep, and chance that a seed may decide. */
final class ProgramHooks implements Hooks {
  private final Hooks system = Hooks.system();
  private final Random seeded;

  ProgramHooks(OptionalLong seed) {
    seeded = seed.isPresent() ? new Random(seed.getAsLong()) : null;
  }

  @Override
  public long nanoTime() {
    return system.nanoTime();
  }

  @Override
  public Instant now() {
    return system.now();
  }

  @Override
  public double random() {
    return seeded == null ? ThreadLocalRandom.current().nextDouble() : seeded.nextDouble();
  }

  @Override
  public CompletableFuture<Void> sleep(Duration duration) {
    return system.sleep(duration);
  }

  @Override
  public void close() {
    system.close();
  }
}
