package io.shortlist.sdk.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.stub.StreamObserver;
import io.shortlist.sdk.CallOptions;
import io.shortlist.sdk.DeadlineExceededException;
import io.shortlist.sdk.EventQueueOptions;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.errors.InvalidFilterException;
import io.shortlist.sdk.errors.UnknownServingConfigException;
import io.shortlist.v1.BatchWriteEventsRequest;
import io.shortlist.v1.BatchWriteEventsResponse;
import io.shortlist.v1.Event;
import io.shortlist.v1.EventItem;
import io.shortlist.v1.EventType;
import io.shortlist.v1.RecommendRequest;
import io.shortlist.v1.RecommendResponse;
import io.shortlist.v1.Recommendation;
import io.shortlist.v1.StreamEventsRequest;
import io.shortlist.v1.StreamEventsResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against the real server, whose address is given as properties. */
@Timeout(60)
class LiveTest {
  private static final String ENDPOINT = System.getProperty("live.endpoint");
  private static final String USER = System.getProperty("live.user");
  private static final CallOptions PATIENT =
      CallOptions.defaults().withTimeout(Duration.ofSeconds(20));
  private static final List<String> REJECTED = new ArrayList<>();
  private static ShortlistClient client;

  @BeforeAll
  static void connect() {
    assertNotNull(ENDPOINT, "live.endpoint");
    client =
        ShortlistClient.builder("http://" + ENDPOINT)
            .eventQueue(
                EventQueueOptions.<Event>builder()
                    .onRejected((event, error) -> REJECTED.add(error.toString()))
                    .build())
            .build();
  }

  @AfterAll
  static void close() {
    client.close();
  }

  private static RecommendRequest.Builder request() {
    return RecommendRequest.newBuilder().setUserId(USER).setPageSize(10);
  }

  private static Event click(String eventId) {
    return Event.newBuilder()
        .setEventId(eventId)
        .setType(EventType.EVENT_TYPE_CLICK)
        .setUserId(USER)
        .addItems(EventItem.newBuilder().setItemId("i001"))
        .build();
  }

  @Test
  void aUserGetsASlate() {
    RecommendResponse slate = client.recommendations().recommend(request().build(), PATIENT);
    assertEquals(10, slate.getRecommendationsCount());
    assertFalse(slate.getAttributionToken().isEmpty());
    assertFalse(slate.getRequestId().isEmpty());
  }

  @Test
  void aFeedIsPagedToItsEndWithoutRepeatingAnItem() {
    Set<String> seen = new HashSet<>();
    int expected = 0;
    for (Recommendation item :
        client.recommendations().recommendPaged(request().setPageSize(50).build(), PATIENT)) {
      assertEquals(expected++, item.getPosition());
      assertTrue(seen.add(item.getItemId()), item.getItemId());
    }
    assertTrue(seen.size() > 50, "more than a page: " + seen.size());
  }

  @Test
  void aBatchOfEventsIsAcceptedOnce() {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      events.add(client.eventQueue().enqueue(click("")));
    }
    client.eventQueue().flush().join();
    assertEquals(0, client.eventQueue().size());
    assertEquals(List.of(), REJECTED);
    BatchWriteEventsResponse again =
        client
            .events()
            .batchWriteEvents(BatchWriteEventsRequest.newBuilder().addAllEvents(events).build());
    assertEquals(20, again.getResultsCount());
    again.getResultsList().forEach(result -> assertTrue(result.getAccepted().getDuplicate()));
  }

  @Test
  void anErrorHasTheTypeOfItsReason() {
    InvalidFilterException error =
        assertThrows(
            InvalidFilterException.class,
            () -> client.recommendations().recommend(request().setFilter("(((").build(), PATIENT));
    assertFalse(error.requestId().isEmpty());
    assertThrows(
        UnknownServingConfigException.class,
        () ->
            client
                .recommendations()
                .recommend(request().setServingConfig("nowhere").build(), PATIENT));
  }

  @Test
  void aDeadlineEndsTheCall() {
    CallOptions hasty = CallOptions.defaults().withTimeout(Duration.ofNanos(1000));
    assertThrows(
        DeadlineExceededException.class,
        () -> client.recommendations().recommend(request().build(), hasty));
  }

  @Test
  void aCancelledCallIsOver() throws Exception {
    CompletableFuture<RecommendResponse> call =
        client.recommendations().recommendAsync(request().setPageSize(200).build(), PATIENT);
    call.cancel(true);
    assertThrows(CancellationException.class, () -> call.get(1, TimeUnit.SECONDS));
    // The connection goes on.
    assertEquals(
        10,
        client.recommendations().recommend(request().build(), PATIENT).getRecommendationsCount());
  }

  @Test
  void eventsStreamUpAndAcknowledgementsDown() throws Exception {
    List<String> acknowledged = new ArrayList<>();
    CompletableFuture<Void> done = new CompletableFuture<>();
    StreamObserver<StreamEventsRequest> up =
        client
            .events()
            .streamEvents(
                new StreamObserver<StreamEventsResponse>() {
                  @Override
                  public void onNext(StreamEventsResponse reply) {
                    acknowledged.add(reply.getResult().getEventId());
                  }

                  @Override
                  public void onError(Throwable error) {
                    done.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {
                    done.complete(null);
                  }
                });
    String id = UUID.randomUUID().toString();
    up.onNext(StreamEventsRequest.newBuilder().setEvent(click(id)).build());
    up.onCompleted();
    done.get(10, TimeUnit.SECONDS);
    assertEquals(List.of(id), acknowledged);
  }

  @Test
  void theQuickstartRuns() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                System.getProperty("java.class.path"),
                "Quickstart",
                "http://" + ENDPOINT,
                USER)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    for (String expected :
        List.of(
            "item i",
            "paged ",
            "events sent, 0 left",
            "error INVALID_PAGE_TOKEN, request ",
            "deadline exceeded",
            "cancelled true")) {
      assertTrue(output.contains(expected), output);
    }
  }
}
