package io.shortlist.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.shortlist.sdk.CallInfo;
import io.shortlist.sdk.CallOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The steps of one test, one after the other, on one client. */
final class Session {
  private static final Rpcs RPCS = new Rpcs();
  private static final Messages MESSAGES = new Messages(RPCS.messages());

  private final JsonObject request;
  private final JsonObject options;
  private final ProgramClient client;
  private final Map<String, Action> actions;
  private volatile CallInfo info;

  Session(JsonObject request) {
    this.request = request;
    options = Fields.object(request, "options");
    client = new ProgramClient(request);
    Calls calls = new Calls(client, RPCS, MESSAGES);
    Events events = new Events(client, calls, MESSAGES);
    actions =
        Map.ofEntries(
            Map.entry("call", step -> calls.call(step, callOptions(step))),
            Map.entry("cancel_after", step -> calls.cancelAfter(step, callOptions(step))),
            Map.entry("paginate_all", step -> calls.paginateAll(step, callOptions(step))),
            Map.entry("stream", step -> calls.stream(step, callOptions(step))),
            Map.entry("enqueue_events", events::enqueue),
            Map.entry("flush", step -> events.flush()),
            Map.entry("send_events_then_flush", events::enqueueAndFlush),
            Map.entry("shown", events::shown),
            Map.entry("clicked", events::clicked),
            Map.entry("close", step -> close()),
            Map.entry("wait", Session::pause),
            Map.entry("encode", step -> Encoding.encode(step, MESSAGES)));
  }

  /** Throws if the SDK can't do what the test asks for. */
  void requireSupported() {
    if (Fields.flag(options, "cache", false)) {
      throw new UnsupportedException("the SDK keeps no replies");
    }
    for (JsonElement each : Fields.list(request, "steps")) {
      JsonObject step = each.getAsJsonObject();
      String action = Fields.text(step, "do");
      if (action.equals("kill_and_restart")) {
        throw new UnsupportedException("events wait in memory alone");
      }
      if (action.equals("background")) {
        throw new UnsupportedException("there is no screen to leave");
      }
      if (!actions.containsKey(action)) {
        throw new UnsupportedException(action + " is not known");
      }
      if (Fields.has(step, "method") && !action.equals("encode")) {
        RPCS.get(Fields.text(step, "method"));
      }
    }
  }

  /** Does a step and returns what came of it. */
  JsonObject outcome(JsonObject step) {
    info = null;
    long begunNanos = System.nanoTime();
    JsonObject found;
    try {
      found = actions.get(Fields.text(step, "do")).run(step);
    } catch (ExecutionException failed) {
      found = failure(failed.getCause());
    } catch (InterruptedException | RuntimeException failed) {
      found = failure(failed);
    }
    long tookNanos = System.nanoTime() - begunNanos;
    found.addProperty("elapsed_ms", TimeUnit.NANOSECONDS.toMillis(tookNanos));
    CallInfo told = info;
    if (told != null) {
      JsonObject said = new JsonObject();
      said.addProperty("attempts", told.attempts());
      said.addProperty("request_id", told.requestId());
      found.add("info", said);
    }
    return found;
  }

  /** Lets go of the client. */
  void release() {
    client.release();
  }

  static JsonObject reply(JsonElement reply) {
    JsonObject outcome = new JsonObject();
    outcome.add("reply", reply);
    return outcome;
  }

  static JsonObject failure(Throwable error) {
    JsonObject outcome = new JsonObject();
    outcome.add("error", Errors.json(error));
    return outcome;
  }

  private CallOptions callOptions(JsonObject step) {
    CallOptions found = CallOptions.defaults();
    if (Fields.number(step, "times") <= 1) {
      found = found.onInfo(told -> info = told);
    }
    if (Fields.number(step, "timeout_ms") > 0) {
      found = found.withTimeout(Duration.ofMillis(Fields.number(step, "timeout_ms")));
    }
    if (!Fields.text(step, "idempotency_key").isEmpty()) {
      found = found.withIdempotencyKey(Fields.text(step, "idempotency_key"));
    }
    if (Fields.number(step, "max_items") > 0) {
      found = found.withMaxItems(Fields.number(step, "max_items"));
    }
    if (!Fields.flag(options, "retry", true)) {
      found = found.withoutRetries();
    }
    for (Map.Entry<String, JsonElement> each : Fields.object(step, "metadata").entrySet()) {
      found = found.withMetadata(each.getKey(), each.getValue().getAsString());
    }
    return found;
  }

  private JsonObject close() {
    client.get().close();
    return reply(new JsonObject());
  }

  private static JsonObject pause(JsonObject step) throws InterruptedException {
    Thread.sleep(Fields.number(step, "after_ms"));
    return reply(new JsonObject());
  }

  /** What a step does. */
  interface Action {
    JsonObject run(JsonObject step) throws ExecutionException, InterruptedException;
  }
}
