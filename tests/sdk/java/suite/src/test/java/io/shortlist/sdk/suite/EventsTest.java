package io.shortlist.sdk.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.shortlist.sdk.EventQueue;
import io.shortlist.sdk.EventQueueOptions;
import io.shortlist.sdk.EventsClient;
import io.shortlist.sdk.Failure;
import io.shortlist.sdk.ImpressionTracker;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.ShortlistException;
import io.shortlist.sdk.Subject;
import io.shortlist.sdk.testing.MockTransport;
import io.shortlist.v1.BatchWriteEventsRequest;
import io.shortlist.v1.BatchWriteEventsResponse;
import io.shortlist.v1.Event;
import io.shortlist.v1.EventItem;
import io.shortlist.v1.EventType;
import io.shortlist.v1.RecommendResponse;
import io.shortlist.v1.Recommendation;
import io.shortlist.v1.WriteEventResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventsTest {
  private final FakeHooks hooks = FakeHooks.waiting();
  private final MockTransport mock = new MockTransport();
  private final List<String> rejected = new ArrayList<>();
  private long dropped;

  private EventQueue<Event> queue(EventQueueOptions.Builder<Event> options) {
    options.onRejected((event, error) -> rejected.add(event.getEventId() + " " + error.reason()));
    options.onDropped(count -> dropped += count);
    return ShortlistClient.builder(mock)
        .hooks(hooks)
        .eventQueue(options.build())
        .build()
        .eventQueue();
  }

  private void acceptAll() {
    mock.answer(EventsClient.BATCH_WRITE_EVENTS, EventsTest::accepted);
  }

  private static BatchWriteEventsResponse accepted(BatchWriteEventsRequest request) {
    BatchWriteEventsResponse.Builder reply = BatchWriteEventsResponse.newBuilder();
    request.getEventsList().forEach(event -> reply.addResults(WriteEventResult.newBuilder()));
    return reply.build();
  }

  private static Event click(String item) {
    return Event.newBuilder()
        .setType(EventType.EVENT_TYPE_CLICK)
        .setUserId("u1")
        .addItems(EventItem.newBuilder().setItemId(item))
        .build();
  }

  private List<Integer> batchSizes() {
    return mock.calls().stream()
        .map(call -> ((BatchWriteEventsRequest) call.request()).getEventsCount())
        .collect(Collectors.toList());
  }

  private static ShortlistException failure(Status.Code code) {
    Failure failure = new Failure();
    failure.code = code;
    return new ShortlistException(failure);
  }

  @Test
  void eventsGoOutByCount() {
    acceptAll();
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder());
    for (int i = 0; i < 49; i++) {
      queue.enqueue(click("i" + i));
    }
    assertEquals(List.of(), batchSizes());
    queue.enqueue(click("i49"));
    assertEquals(List.of(50), batchSizes());
    assertEquals(0, queue.size());
  }

  @Test
  void eventsGoOutByBytes() {
    acceptAll();
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder().flushBytes(300));
    queue.enqueue(click("x".repeat(100)));
    assertEquals(List.of(), batchSizes());
    queue.enqueue(click("y".repeat(100)));
    assertEquals(List.of(2), batchSizes());
  }

  @Test
  void eventsGoOutByAge() {
    acceptAll();
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder());
    queue.enqueue(click("i1"));
    hooks.advance(Duration.ofMillis(4999));
    assertEquals(List.of(), batchSizes());
    hooks.advance(Duration.ofMillis(1));
    assertEquals(List.of(1), batchSizes());
  }

  @Test
  void idTimeAndSentTimeAreFilledIn() {
    acceptAll();
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder());
    Event taken = queue.enqueue(click("i1"));
    assertEquals(4, UUID.fromString(taken.getEventId()).version());
    assertEquals(1_700_000_000, taken.getEventTime().getSeconds());
    Event own = queue.enqueue(click("i2").toBuilder().setEventId("mine").build());
    assertEquals("mine", own.getEventId());
    hooks.advance(Duration.ofSeconds(3));
    queue.flush().join();
    BatchWriteEventsRequest sent = (BatchWriteEventsRequest) mock.calls().get(0).request();
    assertEquals(1_700_000_003, sent.getSentTime().getSeconds());
    assertEquals(List.of(taken, own), sent.getEventsList());
  }

  @Test
  void refusedEventsAreReportedAndGone() {
    com.google.rpc.Status tooOld =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.INVALID_ARGUMENT.value())
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason("EVENT_TOO_OLD").build()))
            .build();
    mock.reply(
        EventsClient.BATCH_WRITE_EVENTS,
        BatchWriteEventsResponse.newBuilder()
            .addResults(WriteEventResult.newBuilder())
            .addResults(WriteEventResult.newBuilder().setError(tooOld))
            .build());
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder());
    queue.enqueue(click("i1").toBuilder().setEventId("e1").build());
    queue.enqueue(click("i2").toBuilder().setEventId("e2").build());
    queue.flush().join();
    assertEquals(List.of("e2 EVENT_TOO_OLD"), rejected);
    assertEquals(0, queue.size());
  }

  @Test
  void aBatchThatCouldNotBeSentIsSentAgainWithTheSameEvents() {
    mock.error(EventsClient.BATCH_WRITE_EVENTS, failure(Status.Code.PERMISSION_DENIED));
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder());
    Event event = queue.enqueue(click("i1"));
    assertThrows(ExecutionException.class, () -> queue.flush().get(5, TimeUnit.SECONDS));
    assertEquals(1, queue.size());
    acceptAll();
    // Half of the first backoff of up to a second, by the chance of the hooks.
    hooks.advance(Duration.ofMillis(499));
    assertEquals(1, mock.calls().size());
    hooks.advance(Duration.ofMillis(1));
    assertEquals(2, mock.calls().size());
    BatchWriteEventsRequest again = (BatchWriteEventsRequest) mock.calls().get(1).request();
    assertEquals(List.of(event), again.getEventsList());
    assertEquals(0, queue.size());
  }

  @Test
  void aBatchThatCanNeverBeSentIsReported() {
    mock.error(EventsClient.BATCH_WRITE_EVENTS, failure(Status.Code.INVALID_ARGUMENT));
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder());
    queue.enqueue(click("i1").toBuilder().setEventId("e1").build());
    queue.flush().join();
    assertEquals(List.of("e1 "), rejected);
    assertEquals(0, queue.size());
  }

  @Test
  void oneBatchIsUnderWayAtATime() {
    List<CompletableFuture<BatchWriteEventsResponse>> open = new ArrayList<>();
    mock.answerAsync(
        EventsClient.BATCH_WRITE_EVENTS,
        request -> {
          CompletableFuture<BatchWriteEventsResponse> reply = new CompletableFuture<>();
          open.add(reply);
          return reply;
        });
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder().flushCount(2));
    for (int i = 0; i < 5; i++) {
      queue.enqueue(click("i" + i));
    }
    assertEquals(List.of(2), batchSizes());
    open.get(0).complete(BatchWriteEventsResponse.getDefaultInstance());
    assertEquals(List.of(2, 3), batchSizes());
    assertEquals(3, queue.size());
  }

  @Test
  void theOldestEventsAreDroppedAndCountedWhenTheQueueIsFull() {
    EventQueue<Event> queue =
        queue(EventQueueOptions.<Event>builder().maxEvents(3).flushCount(100));
    for (int i = 0; i < 5; i++) {
      queue.enqueue(click("i" + i));
    }
    assertEquals(3, queue.size());
    assertEquals(2, dropped);
    assertEquals(2, queue.droppedCount());
    acceptAll();
    queue.flush().join();
    BatchWriteEventsRequest sent = (BatchWriteEventsRequest) mock.calls().get(0).request();
    assertEquals("i2", sent.getEvents(0).getItems(0).getItemId());
  }

  @Test
  void closingSendsWhatIsLeft() {
    acceptAll();
    EventQueue<Event> queue = queue(EventQueueOptions.<Event>builder());
    queue.enqueue(click("i1"));
    queue.close();
    assertEquals(List.of(1), batchSizes());
    assertThrows(IllegalStateException.class, () -> queue.enqueue(click("i2")));
  }

  @Test
  void anItemOfASlateIsShownOnceWithItsTokenAndPosition() {
    acceptAll();
    ShortlistClient client = ShortlistClient.builder(mock).hooks(hooks).build();
    Recommendation first = Recommendation.newBuilder().setItemId("i1").setPosition(0).build();
    Recommendation second = Recommendation.newBuilder().setItemId("i2").setPosition(1).build();
    RecommendResponse slate =
        RecommendResponse.newBuilder()
            .addRecommendations(first)
            .addRecommendations(second)
            .setAttributionToken("token")
            .build();
    ImpressionTracker tracker = client.impressions(slate, Subject.visitorId("v1"));
    assertTrue(tracker.shown(first));
    assertTrue(tracker.shown(second));
    assertFalse(tracker.shown(first));
    tracker.clicked(second);
    tracker.event(EventType.EVENT_TYPE_LIKE, second);
    client.eventQueue().flush().join();
    List<Event> sent = ((BatchWriteEventsRequest) mock.calls().get(0).request()).getEventsList();
    assertEquals(
        List.of(
            EventType.EVENT_TYPE_IMPRESSION,
            EventType.EVENT_TYPE_IMPRESSION,
            EventType.EVENT_TYPE_CLICK,
            EventType.EVENT_TYPE_LIKE),
        sent.stream().map(Event::getType).collect(Collectors.toList()));
    assertEquals("token", sent.get(1).getAttributionToken());
    assertEquals("v1", sent.get(1).getVisitorId());
    assertEquals("i2", sent.get(1).getItems(0).getItemId());
    assertEquals(1, sent.get(1).getItems(0).getPosition());
  }
}
