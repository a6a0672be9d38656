package io.shortlist.sdk.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.opentelemetry.sdk.testing.junit5.OpenTelemetryExtension;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.shortlist.sdk.Credentials;
import io.shortlist.sdk.Interceptor;
import io.shortlist.sdk.RecommendationsClient;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.ShortlistException;
import io.shortlist.sdk.Telemetry;
import io.shortlist.sdk.Token;
import io.shortlist.sdk.errors.CredentialsExpiredException;
import io.shortlist.sdk.opentelemetry.OpenTelemetryTelemetry;
import io.shortlist.sdk.testing.MockTransport;
import io.shortlist.v1.DegradationKind;
import io.shortlist.v1.Event;
import io.shortlist.v1.RecommendRequest;
import io.shortlist.v1.RecommendResponse;
import io.shortlist.v1.Recommendation;
import io.shortlist.v1.WriteEventResponse;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class AroundCallsTest {
  @RegisterExtension static final OpenTelemetryExtension OTEL = OpenTelemetryExtension.create();

  private static final RecommendRequest REQUEST =
      RecommendRequest.newBuilder().setUserId("u1").build();
  private static final RecommendResponse REPLY =
      RecommendResponse.newBuilder().setRequestId("r1").build();

  private final FakeHooks hooks = FakeHooks.jumping();

  @Test
  void concurrentCallsShareOneRefreshOfExpiredCredentials() throws Exception {
    Exception expired = FakeServer.error(Status.Code.UNAUTHENTICATED, "CREDENTIALS_EXPIRED", null);
    AtomicInteger asked = new AtomicInteger();
    List<Boolean> forced = new CopyOnWriteArrayList<>();
    Credentials credentials =
        Credentials.tokens(
            forceRefresh -> {
              forced.add(forceRefresh);
              String token = "t" + asked.incrementAndGet();
              return new CompletableFuture<Token>()
                  .completeOnTimeout(Token.of(token), 50, TimeUnit.MILLISECONDS);
            });
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              if (attempt.header("authorization").equals("Bearer t1")) {
                throw expired;
              }
              return REPLY;
            })) {
      ShortlistClient client =
          ShortlistClient.builder(server.transport()).hooks(hooks).credentials(credentials).build();
      List<CompletableFuture<RecommendResponse>> calls =
          IntStream.range(0, 8)
              .mapToObj(i -> client.recommendations().recommendAsync(REQUEST))
              .collect(Collectors.toList());
      for (CompletableFuture<RecommendResponse> call : calls) {
        assertEquals(REPLY, call.get(10, TimeUnit.SECONDS));
      }
      assertEquals(List.of(false, true), forced);
      assertEquals(16, server.attempts.size());
    }
  }

  @Test
  void credentialsThatStayExpiredAreRefreshedOnce() throws Exception {
    Exception expired = FakeServer.error(Status.Code.UNAUTHENTICATED, "CREDENTIALS_EXPIRED", null);
    AtomicInteger asked = new AtomicInteger();
    Credentials credentials =
        Credentials.tokens(
            force -> CompletableFuture.completedFuture(Token.of("t" + asked.incrementAndGet())));
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              throw expired;
            })) {
      ShortlistClient client =
          ShortlistClient.builder(server.transport()).hooks(hooks).credentials(credentials).build();
      assertThrows(
          CredentialsExpiredException.class, () -> client.recommendations().recommend(REQUEST));
      assertEquals(2, asked.get());
      assertEquals(2, server.attempts.size());
    }
  }

  @Test
  void aTokenIsKeptUntilShortlyBeforeItExpires() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Credentials credentials =
        Credentials.tokens(
            force -> {
              asked.incrementAndGet();
              return CompletableFuture.completedFuture(Token.of("t", hooks.now().plusSeconds(100)));
            });
    try (FakeServer server = new FakeServer(attempt -> REPLY)) {
      ShortlistClient client =
          ShortlistClient.builder(server.transport()).hooks(hooks).credentials(credentials).build();
      client.recommendations().recommend(REQUEST);
      hooks.advance(Duration.ofSeconds(69));
      client.recommendations().recommend(REQUEST);
      assertEquals(1, asked.get());
      hooks.advance(Duration.ofSeconds(1));
      client.recommendations().recommend(REQUEST);
      assertEquals(2, asked.get());
    }
  }

  @Test
  void anApiKeyIsSent() throws Exception {
    try (FakeServer server = new FakeServer(attempt -> REPLY)) {
      ShortlistClient.builder(server.transport())
          .credentials(Credentials.apiKey("k1"))
          .build()
          .recommendations()
          .recommend(REQUEST);
      assertEquals("k1", server.attempts.get(0).header("x-api-key"));
    }
  }

  @Test
  void interceptorsStandAroundTheCallInOrder() throws Exception {
    List<String> order = new ArrayList<>();
    Interceptor outer =
        (request, context, next) -> {
          order.add("outer " + context.method());
          context.headers().put("x-extra", "1");
          return next.proceed(request).whenComplete((reply, error) -> order.add("outer end"));
        };
    Interceptor inner =
        (request, context, next) -> {
          order.add("inner");
          return next.proceed(((RecommendRequest) request).toBuilder().setPageSize(7).build());
        };
    try (FakeServer server =
        new FakeServer(
            attempt -> {
              if (attempt.number == 1) {
                throw Status.UNAVAILABLE.asException();
              }
              return REPLY;
            })) {
      ShortlistClient.builder(server.transport())
          .hooks(hooks)
          .interceptor(outer)
          .interceptor(inner)
          .build()
          .recommendations()
          .recommend(REQUEST);
      // Once a call, not once an attempt.
      assertEquals(
          List.of("outer shortlist.v1.RecommendationService/Recommend", "inner", "outer end"),
          order);
      assertEquals(7, RecommendRequest.parseFrom(server.attempts.get(1).request).getPageSize());
      assertEquals("1", server.attempts.get(1).header("x-extra"));
    }
  }

  @Test
  void telemetryIsToldOfCallsAndAttempts() throws Exception {
    List<String> told = new CopyOnWriteArrayList<>();
    Telemetry telemetry =
        method -> {
          told.add("start " + method);
          return new Telemetry.Call() {
            @Override
            public void onAttempt(int attempt, Status.Code code, Duration duration) {
              told.add("attempt " + attempt + " " + code);
            }

            @Override
            public void onCallEnd(int attempts, Status.Code code, Duration duration) {
              told.add("end " + attempts + " " + code + " " + duration.toMillis());
            }
          };
        };
    try (FakeServer server = failingOnce()) {
      ShortlistClient.builder(server.transport())
          .hooks(hooks)
          .telemetry(telemetry)
          .build()
          .recommendations()
          .recommend(REQUEST);
      assertEquals(
          List.of(
              "start shortlist.v1.RecommendationService/Recommend",
              "attempt 1 UNAVAILABLE",
              "attempt 2 OK",
              "end 2 OK 50"),
          told);
    }
  }

  @Test
  void openTelemetryGetsASpanACallWithAnEventAnAttempt() throws Exception {
    try (FakeServer server = failingOnce()) {
      ShortlistClient.builder(server.transport())
          .hooks(hooks)
          .telemetry(new OpenTelemetryTelemetry(OTEL.getOpenTelemetry()))
          .build()
          .recommendations()
          .recommend(REQUEST);
      SpanData span = OTEL.getSpans().get(0);
      assertEquals("shortlist.v1.RecommendationService/Recommend", span.getName());
      assertEquals(2, span.getEvents().size());
      assertEquals("rpc.client.duration", OTEL.getMetrics().get(0).getName());
    }
  }

  private static FakeServer failingOnce() {
    return new FakeServer(
        attempt -> {
          if (attempt.number == 1) {
            throw Status.UNAVAILABLE.asException();
          }
          return REPLY;
        });
  }

  @Test
  void theMockTransportAnswersAndRecords() {
    MockTransport mock =
        new MockTransport()
            .answer(
                RecommendationsClient.RECOMMEND,
                request ->
                    RecommendResponse.newBuilder().setRequestId(request.getUserId()).build());
    ShortlistClient client = ShortlistClient.builder(mock).build();
    assertEquals("u1", client.recommendations().recommend(REQUEST).getRequestId());
    assertEquals(REQUEST, mock.calls().get(0).request());
    assertEquals("1", mock.calls().get(0).headers().get("x-shortlist-attempt"));
    mock.reply(RecommendationsClient.RECOMMEND, REPLY);
    assertEquals(REPLY, client.recommendations().recommend(r -> r.setUserId("u2")));
    mock.error(RecommendationsClient.RECOMMEND, new IllegalStateException("broken"));
    ShortlistException error =
        assertThrows(ShortlistException.class, () -> client.recommendations().recommend(REQUEST));
    assertEquals("broken", error.getCause().getMessage());
    assertThrows(
        ShortlistException.class, () -> client.catalog().getItem(r -> r.setName("items/i1")));
  }

  @Test
  void pagesAreFetchedAsTheyAreAskedFor() {
    MockTransport mock =
        new MockTransport()
            .answer(
                RecommendationsClient.RECOMMEND,
                request -> {
                  int page =
                      request.getPageToken().isEmpty()
                          ? 0
                          : Integer.parseInt(request.getPageToken());
                  RecommendResponse.Builder reply = RecommendResponse.newBuilder();
                  if (page != 1) { // An empty page is not the end.
                    reply.addRecommendations(Recommendation.newBuilder().setItemId("i" + page));
                  }
                  return reply.setNextPageToken(page == 3 ? "" : "" + (page + 1)).build();
                });
    ShortlistClient client = ShortlistClient.builder(mock).build();
    var paged = client.recommendations().recommendPaged(REQUEST);
    assertEquals("i0", paged.iterator().next().getItemId());
    assertEquals(1, mock.calls().size());
    assertEquals(
        List.of("i0", "i2", "i3"),
        paged.stream().map(Recommendation::getItemId).collect(Collectors.toList()));
    RecommendRequest later = REQUEST.toBuilder().setPageToken("3").build();
    assertEquals(1, client.recommendations().recommendPaged(later).stream().count());
  }

  @Test
  void fieldsAndValuesOfANewerServerDoNoHarm() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeString(4000, "from the future");
    out.writeByteArray(
        RecommendResponse.DEGRADATIONS_FIELD_NUMBER, new byte[] {0x08, (byte) 0x63}); // kind: 99
    out.flush();
    DynamicMessage future =
        DynamicMessage.newBuilder(RecommendResponse.getDescriptor())
            .mergeFrom(bytes.toByteArray())
            .build();
    try (FakeServer server = new FakeServer(attempt -> future)) {
      RecommendResponse reply =
          ShortlistClient.builder(server.transport()).build().recommendations().recommend(REQUEST);
      assertEquals(DegradationKind.UNRECOGNIZED, reply.getDegradations(0).getKind());
      assertEquals(99, reply.getDegradations(0).getKindValue());
      UnknownFieldSet unknown = reply.getUnknownFields();
      assertTrue(unknown.hasField(4000));
    }
  }

  @Test
  void longsAndTimesSurviveJson() throws Exception {
    WriteEventResponse written =
        WriteEventResponse.newBuilder().setOffset(9_007_199_254_740_993L).build();
    String json = JsonFormat.printer().print(written);
    assertTrue(json.contains("\"9007199254740993\""), json);
    WriteEventResponse.Builder parsed = WriteEventResponse.newBuilder();
    JsonFormat.parser().merge(json, parsed);
    assertEquals(written, parsed.build());
    Event event =
        Event.newBuilder()
            .setEventTime(Timestamp.newBuilder().setSeconds(1_700_000_000).setNanos(123_456_789))
            .build();
    String eventJson = JsonFormat.printer().print(event);
    assertTrue(eventJson.contains("2023-11-14T22:13:20.123456789Z"), eventJson);
  }
}
