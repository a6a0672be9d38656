package io.shortlist.sdk;

import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import io.shortlist.sdk.internal.Caller;
import io.shortlist.sdk.internal.EventBatches;
import io.shortlist.v1.BatchWriteEventsRequest;
import io.shortlist.v1.BatchWriteEventsResponse;
import io.shortlist.v1.Event;
import io.shortlist.v1.WriteEventResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Sends the events of a queue by {@code EventsClient}. */
final class QueuedEvents implements EventBatches<Event> {
  private final Caller caller;

  QueuedEvents(Caller caller) {
    this.caller = caller;
  }

  @Override
  public Event complete(Event event, String id, Instant time) {
    Event.Builder complete = event.toBuilder();
    if (event.getEventId().isEmpty()) {
      complete.setEventId(id);
    }
    if (!event.hasEventTime()) {
      complete.setEventTime(timestamp(time));
    }
    return complete.build();
  }

  @Override
  public int sizeBytes(Event event) {
    return event.getSerializedSize();
  }

  @Override
  public int maxEvents() {
    return 500;
  }

  @Override
  public CompletableFuture<List<Optional<Status>>> send(List<Event> events, Instant sentTime) {
    BatchWriteEventsRequest request =
        BatchWriteEventsRequest.newBuilder()
            .addAllEvents(events)
            .setSentTime(timestamp(sentTime))
            .build();
    return caller
        .call(EventsClient.BATCH_WRITE_EVENTS, request, CallOptions.defaults())
        .thenApply(QueuedEvents::refusals);
  }

  private static List<Optional<Status>> refusals(BatchWriteEventsResponse reply) {
    return reply.getResultsList().stream()
        .map(QueuedEvents::refusal)
        .collect(Collectors.toUnmodifiableList());
  }

  private static Optional<Status> refusal(WriteEventResult result) {
    return Optional.of(result).filter(WriteEventResult::hasError).map(WriteEventResult::getError);
  }

  private static Timestamp timestamp(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }
}
