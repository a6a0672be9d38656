package io.shortlist.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.shortlist.sdk.Credentials;
import io.shortlist.sdk.EventQueueOptions;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.ShortlistException;
import io.shortlist.sdk.Token;
import io.shortlist.sdk.internal.Sdk;
import io.shortlist.sdk.transport.GrpcTransport;
import io.shortlist.v1.Event;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The client of one test, opened when it is needed: what its target and its options say. */
final class ProgramClient {
  private final JsonObject target;
  private final JsonObject options;
  private final JsonArray rejected = new JsonArray();
  private ProgramHooks hooks;
  private GrpcTransport transport;
  private ShortlistClient client;

  ProgramClient(JsonObject request) {
    target = Fields.object(request, "target");
    options = Fields.object(request, "options");
  }

  ShortlistClient get() {
    if (client == null) {
      boolean isSeeded = Fields.has(options, "random_seed");
      hooks =
          new ProgramHooks(
              isSeeded
                  ? OptionalLong.of(options.get("random_seed").getAsLong())
                  : OptionalLong.empty());
      transport = GrpcTransport.connect("http://" + Fields.text(target, "address"), Sdk.USER_AGENT);
      client =
          ShortlistClient.builder(transport)
              .credentials(credentials())
              .eventQueue(queueOptions(Fields.object(options, "event_queue")))
              .hooks(hooks)
              .build();
    }
    return client;
  }

  /** What the server refused. */
  JsonArray rejected() {
    synchronized (rejected) {
      return rejected.deepCopy();
    }
  }

  /** Lets go of everything at the test's end; events that wait are not sent. */
  void release() {
    if (client != null) {
      hooks.close();
      transport.close();
    }
  }

  private Credentials credentials() {
    JsonArray tokens = Fields.list(target, "tokens");
    if (!tokens.isEmpty()) {
      return tokens(tokens);
    }
    String key = Fields.text(target, "api_key");
    return key.isEmpty() ? Credentials.none() : Credentials.apiKey(key);
  }

  private static Credentials tokens(JsonArray given) {
    Deque<String> left = new ArrayDeque<>();
    given.forEach(each -> left.add(each.getAsString()));
    // As of a token endpoint: it takes a moment, so that calls at once meet here.
    Executor later = CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS);
    return Credentials.tokens(
        forceRefresh -> CompletableFuture.supplyAsync(() -> Token.of(next(left)), later));
  }

  private static String next(Deque<String> left) {
    synchronized (left) {
      return left.size() > 1 ? left.remove() : left.element();
    }
  }

  private EventQueueOptions<Event> queueOptions(JsonObject given) {
    EventQueueOptions.Builder<Event> found =
        EventQueueOptions.<Event>builder().onRejected(this::noteRejected);
    if (Fields.has(given, "max_events")) {
      found.flushCount(Fields.number(given, "max_events"));
    }
    if (Fields.has(given, "max_bytes")) {
      found.flushBytes(Fields.number(given, "max_bytes"));
    }
    if (Fields.has(given, "max_age_ms")) {
      found.flushAge(Duration.ofMillis(Fields.number(given, "max_age_ms")));
    }
    if (Fields.has(given, "capacity")) {
      found.maxEvents(Fields.number(given, "capacity"));
    }
    return found.build();
  }

  private void noteRejected(Event event, ShortlistException error) {
    JsonObject entry = new JsonObject();
    entry.addProperty("event_id", event.getEventId());
    entry.add("error", Errors.json(error));
    synchronized (rejected) {
      rejected.add(entry);
    }
  }
}
