package io.music.sdk.internal;

import com.google.rpc.Status;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * How events go to the server; made by the generator from a method's event queue policy.
 *
 * @param <E> an event
 */
public interface EventBatches<E> {
  /** Returns the event with an id and a time, where it had none. */
  E complete(E event, String id, Instant time);

  /** Its size on the wire. */
  int sizeBytes(E event);

  /** Most events that the server takes at once. */
  int maxEvents();

  /** Sends a batch; answers for each event, in order, with why it was refused. */
  CompletableFuture<List<Optional<Status>>> send(List<E> events, Instant sentTime);
}
