package io.music.sdk;

import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import io.music.sdk.internal.Caller;
import io.music.sdk.internal.EventBatches;
import io.music.v1.Play;
import io.music.v1.PlayOutcome;
import io.music.v1.WritePlaysRequest;
import io.music.v1.WritePlaysResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Sends the events of a queue by {@code PlaysClient}. */
final class QueuedEvents implements EventBatches<Play> {
  private final Caller caller;

  QueuedEvents(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Play complete(Play event, String id, Instant time) {
    Play.Builder complete = event.toBuilder();
    if (event.getPlayId().isEmpty()) {
      complete.setPlayId(id);
    }
    if (!event.hasPlayTime()) {
      complete.setPlayTime(timestamp(time));
    }
    return complete.build();
  }

  @Override
  public int sizeBytes(Play event) {
    return event.getSerializedSize();
  }

  @Override
  public int maxEvents() {
    return 100;
  }

  @Override
  public CompletableFuture<List<Optional<Status>>> send(List<Play> events, Instant sentTime) {
    WritePlaysRequest request =
        WritePlaysRequest.newBuilder()
            .addAllPlays(events)
            .setClock(timestamp(sentTime))
            .build();
    return caller
        .call(PlaysClient.WRITE_PLAYS, request, CallOptions.defaults())
        .thenApply(QueuedEvents::refusals);
  }

  private static List<Optional<Status>> refusals(WritePlaysResponse reply) {
    return reply.getOutcomesList().stream()
        .map(QueuedEvents::refusal)
        .collect(Collectors.toUnmodifiableList());
  }

  private static Optional<Status> refusal(PlayOutcome result) {
    return Optional.of(result).filter(PlayOutcome::hasFailure).map(PlayOutcome::getFailure);
  }

  private static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }
}
