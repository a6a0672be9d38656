package io.shortlist.sdk.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RequestInfo;
import io.grpc.Status;
import io.shortlist.sdk.CallCancelledException;
import io.shortlist.sdk.CallInfo;
import io.shortlist.sdk.CallOptions;
import io.shortlist.sdk.DeadlineExceededException;
import io.shortlist.sdk.RecommendationsClient;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.ShortlistException;
import io.shortlist.sdk.errors.DependencyUnavailableException;
import io.shortlist.sdk.errors.InvalidFilterException;
import io.shortlist.sdk.errors.OverloadedException;
import io.shortlist.v1.CreateItemRequest;
import io.shortlist.v1.Item;
import io.shortlist.v1.RecommendRequest;
import io.shortlist.v1.RecommendResponse;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CallsTest {
  private static final RecommendRequest REQUEST =
      RecommendRequest.newBuilder().setUserId("u1").build();
  private static final RecommendResponse REPLY =
      RecommendResponse.newBuilder().setRequestId("r1").build();

  // So that it is not the deadline that ends the call.
  private static final CallOptions LONG = CallOptions.defaults().withTimeout(Duration.ofMinutes(1));

  private final FakeHooks hooks = FakeHooks.jumping();

  private ShortlistClient client(FakeServer server) {
    return ShortlistClient.builder(server.transport()).hooks(hooks).build();
  }

  private static FakeServer failing(int times, Exception error) {
    return new FakeServer(
        attempt -> {
          if (attempt.number <= times) {
            throw error;
          }
          return REPLY;
        });
  }

  private static Exception unavailable() {
    return FakeServer.error(Status.Code.UNAVAILABLE, "DEPENDENCY_UNAVAILABLE", null);
  }

  @Test
  void anIdempotentCallIsRepeatedWithFullJitterAtMostFourTimes() throws Exception {
    try (FakeServer server = failing(99, unavailable())) {
      assertThrows(
          DependencyUnavailableException.class,
          () -> client(server).recommendations().recommend(REQUEST));
      assertEquals(4, server.attempts.size());
      assertEquals(
          List.of(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(200)),
          hooks.sleeps);
    }
  }

  @Test
  void aTransientFailureIsHealed() throws Exception {
    AtomicReference<CallInfo> info = new AtomicReference<>();
    try (FakeServer server = failing(2, Status.UNAVAILABLE.asException())) {
      CallOptions options = CallOptions.defaults().onInfo(info::set);
      assertEquals(REPLY, client(server).recommendations().recommend(REQUEST, options));
      assertEquals(3, info.get().attempts());
      assertEquals("3", server.attempts.get(2).header("x-shortlist-attempt"));
    }
  }

  @Test
  void aCallThatIsNotIdempotentIsNotRepeated() throws Exception {
    try (FakeServer server = failing(99, Status.UNAVAILABLE.asException())) {
      CreateItemRequest create = CreateItemRequest.newBuilder().setItemId("i1").build();
      assertThrows(ShortlistException.class, () -> client(server).catalog().createItem(create));
      assertEquals(1, server.attempts.size());
    }
  }

  @Test
  void retriesCanBeTurnedOff() throws Exception {
    try (FakeServer server = failing(99, unavailable())) {
      CallOptions options = CallOptions.defaults().withoutRetries();
      assertThrows(
          ShortlistException.class,
          () -> client(server).recommendations().recommend(REQUEST, options));
      assertEquals(1, server.attempts.size());
    }
  }

  @Test
  void retryInfoIsHonouredWhateverTheMethod() throws Exception {
    Exception overloaded =
        FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED", Duration.ofMillis(700));
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              if (attempt.number == 1) {
                throw overloaded;
              }
              return Item.newBuilder().setName("items/i1").build();
            })) {
      CreateItemRequest create = CreateItemRequest.newBuilder().setItemId("i1").build();
      assertEquals("items/i1", client(server).catalog().createItem(create).getName());
      assertEquals(List.of(Duration.ofMillis(750)), hooks.sleeps);
    }
  }

  @Test
  void aDelayBeyondTheDeadlineIsNotWaitedFor() throws Exception {
    Exception overloaded =
        FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "OVERLOADED", Duration.ofSeconds(60));
    try (FakeServer server = failing(99, overloaded)) {
      OverloadedException error =
          assertThrows(
              OverloadedException.class, () -> client(server).recommendations().recommend(REQUEST));
      assertEquals(Duration.ofSeconds(60), error.retryDelay().orElseThrow());
      assertEquals(1, server.attempts.size());
      assertEquals(List.of(), hooks.sleeps);
    }
  }

  @Test
  void theRetryBudgetEndsRetriesOfAClientThatKeepsFailing() throws Exception {
    try (FakeServer server = failing(99, unavailable())) {
      ShortlistClient client = client(server);
      for (int call = 0; call < 6; call++) {
        assertThrows(ShortlistException.class, () -> client.recommendations().recommend(REQUEST));
      }
      assertEquals(6 + 10, server.attempts.size());
    }
  }

  @Test
  void successesGiveTheBudgetBack() throws Exception {
    // 10 retries are spent by 4 calls; 10 successes buy one more.
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              if (attempt.number <= 14 || attempt.number == 25) {
                throw unavailable();
              }
              return REPLY;
            })) {
      ShortlistClient client = client(server);
      for (int call = 0; call < 4; call++) {
        assertThrows(ShortlistException.class, () -> client.recommendations().recommend(REQUEST));
      }
      for (int call = 0; call < 11; call++) {
        client.recommendations().recommend(REQUEST);
      }
      assertEquals(26, server.attempts.size());
    }
  }

  @Test
  void theDeadlineIsOneForAllAttempts() throws Exception {
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              hooks.advance(Duration.ofMillis(600));
              throw unavailable();
            })) {
      CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(1500));
      assertThrows(
          ShortlistException.class,
          () -> client(server).recommendations().recommend(REQUEST, options));
      List<Long> left =
          server.attempts.stream().map(each -> each.timeLeftMs).collect(Collectors.toList());
      // 1500; 1500 - 600 - 50; 850 - 600 - 100.
      assertEquals(3, left.size());
      assertTrue(left.get(0) > 1000 && left.get(0) <= 1500, left.toString());
      assertTrue(left.get(1) > 500 && left.get(1) <= 850, left.toString());
      assertTrue(left.get(2) <= 150, left.toString());
    }
  }

  @Test
  void pastTheDeadlineItIsDeadlineExceeded() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              never.await(5, TimeUnit.SECONDS);
              return REPLY;
            })) {
      CallOptions options = CallOptions.defaults().withTimeout(Duration.ofMillis(100));
      assertThrows(
          DeadlineExceededException.class,
          () -> client(server).recommendations().recommend(REQUEST, options));
      never.countDown();
    }
  }

  @Test
  void theDefaultDeadlineIsThatOfTheContract() throws Exception {
    try (FakeServer server = failing(0, null)) {
      client(server).recommendations().recommend(REQUEST);
      long left = server.attempts.get(0).timeLeftMs;
      long expected = RecommendationsClient.RECOMMEND.defaultDeadline().toMillis();
      assertTrue(left > expected - 1000 && left <= expected, "" + left);
    }
  }

  @Test
  void cancellingTheFutureCancelsTheCallAtTheServer() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              arrived.countDown();
              attempt.cancelled.await(10, TimeUnit.SECONDS);
              return REPLY;
            })) {
      CompletableFuture<RecommendResponse> future =
          client(server).recommendations().recommendAsync(REQUEST, LONG);
      assertTrue(arrived.await(5, TimeUnit.SECONDS));
      future.cancel(true);
      assertTrue(server.attempts.get(0).cancelled.await(5, TimeUnit.SECONDS));
    }
  }

  @Test
  void anInterruptCancelsTheCall() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              arrived.countDown();
              attempt.cancelled.await(10, TimeUnit.SECONDS);
              return REPLY;
            })) {
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          new Thread(
              () -> {
                try {
                  client(server).recommendations().recommend(REQUEST, LONG);
                } catch (ShortlistException error) {
                  thrown.set(error);
                }
              });
      caller.start();
      assertTrue(arrived.await(5, TimeUnit.SECONDS));
      caller.interrupt();
      caller.join(5000);
      assertInstanceOf(CallCancelledException.class, thrown.get());
      assertTrue(server.attempts.get(0).cancelled.await(5, TimeUnit.SECONDS));
    }
  }

  @Test
  void theIdempotencyKeyIsTheSameOnAllAttemptsOfACall() throws Exception {
    try (FakeServer server = failing(2, unavailable())) {
      ShortlistClient client = client(server);
      client.recommendations().recommend(REQUEST);
      client.recommendations().recommend(REQUEST);
      List<String> keys =
          server.attempts.stream()
              .map(each -> each.header("idempotency-key"))
              .collect(Collectors.toList());
      assertEquals(keys.get(0), keys.get(1));
      assertEquals(keys.get(0), keys.get(2));
      assertNotEquals(keys.get(0), keys.get(3));
      assertEquals(4, UUID.fromString(keys.get(0)).version());
      assertEquals(keys.get(0), server.attempts.get(0).header("x-request-id"));
      CallOptions own = CallOptions.defaults().withIdempotencyKey("mine");
      client.recommendations().recommend(REQUEST, own);
      assertEquals("mine", server.attempts.get(4).header("idempotency-key"));
    }
  }

  @Test
  void everyCallSaysWhichSdkMakesIt() throws Exception {
    try (FakeServer server = failing(0, null)) {
      client(server).recommendations().recommend(REQUEST);
      String header = server.attempts.get(0).header("x-shortlist-client");
      assertTrue(
          header.matches("sdk/java/\\d+\\.\\d+\\.\\d+; lang/java\\d[\\w.+-]*; platform/[a-z0-9-]+"),
          header);
      assertEquals("1", server.attempts.get(0).header("x-shortlist-attempt"));
    }
  }

  @Test
  void anErrorHasItsTypeDetailsAndRequestId() throws Exception {
    com.google.rpc.Status status =
        com.google.rpc.Status.newBuilder()
            .setCode(Status.Code.INVALID_ARGUMENT.value())
            .setMessage("no such operator")
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setReason("INVALID_FILTER")
                        .putMetadata("position", "7")
                        .build()))
            .addDetails(
                Any.pack(
                    BadRequest.newBuilder()
                        .addFieldViolations(
                            BadRequest.FieldViolation.newBuilder()
                                .setField("filter")
                                .setDescription("at 7"))
                        .build()))
            .addDetails(Any.pack(RequestInfo.newBuilder().setRequestId("r9").build()))
            .build();
    try (FakeServer server = failing(99, FakeServer.error(status))) {
      InvalidFilterException error =
          assertThrows(
              InvalidFilterException.class,
              () -> client(server).recommendations().recommend(REQUEST));
      assertEquals(Status.Code.INVALID_ARGUMENT, error.code());
      assertEquals("INVALID_FILTER", error.reason());
      assertEquals("7", error.metadata().get("position"));
      assertEquals("filter: at 7", error.fieldViolations().get(0).toString());
      assertEquals("r9", error.requestId());
      assertEquals(3, error.details().size());
      assertEquals(1, server.attempts.size());
    }
  }

  @Test
  void aReasonThatIsNewerThanTheSdkHasTheCommonType() throws Exception {
    Exception error = FakeServer.error(Status.Code.ABORTED, "MOON_IN_THE_WRONG_PHASE", null);
    try (FakeServer server = failing(99, error)) {
      ShortlistException thrown =
          assertThrows(
              ShortlistException.class, () -> client(server).recommendations().recommend(REQUEST));
      assertEquals(ShortlistException.class, thrown.getClass());
      assertEquals("MOON_IN_THE_WRONG_PHASE", thrown.reason());
      assertEquals(server.attempts.get(0).header("x-request-id"), thrown.requestId());
    }
  }
}
