package io.shortlist.conformance;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.shortlist.sdk.EventQueue;
import io.shortlist.sdk.ImpressionTracker;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.ShortlistException;
import io.shortlist.sdk.Subject;
import io.shortlist.v1.Event;
import io.shortlist.v1.Recommendation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Steps on the client's event queue and on the impression tracker of the last slate. */
final class Events {
  private final ProgramClient client;
  private final Calls calls;
  private final Messages messages;
  private Message trackedSlate;
  private ImpressionTracker tracker;

  Events(ProgramClient client, Calls calls, Messages messages) {
    this.client = client;
    this.calls = calls;
    this.messages = messages;
  }

  JsonObject enqueue(JsonObject step) {
    EventQueue<Event> queue = client.get().eventQueue();
    for (JsonElement each : Fields.list(step, "request")) {
      try {
        queue.enqueue((Event) messages.parse(Event.getDefaultInstance(), each));
      } catch (InvalidProtocolBufferException unreadable) {
        throw new IllegalArgumentException(unreadable);
      }
    }
    return Session.reply(new JsonObject());
  }

  JsonObject flush() throws ExecutionException, InterruptedException {
    EventQueue<Event> queue = client.get().eventQueue();
    try {
      queue.flush().get();
    } catch (ExecutionException failed) {
      if (!(failed.getCause() instanceof ShortlistException)) {
        throw failed;
      } // Else the events stay pending, which the reply tells.
    }
    JsonObject reply = new JsonObject();
    reply.addProperty("pending", queue.size());
    reply.add("rejected", client.rejected());
    reply.addProperty("dropped", queue.droppedCount());
    return Session.reply(reply);
  }

  JsonObject enqueueAndFlush(JsonObject step) throws ExecutionException, InterruptedException {
    enqueue(step);
    return flush();
  }

  JsonObject shown(JsonObject step) {
    tracker().shown(item(step));
    return Session.reply(new JsonObject());
  }

  JsonObject clicked(JsonObject step) {
    tracker().clicked(item(step));
    return Session.reply(new JsonObject());
  }

  private Recommendation item(JsonObject step) {
    Message slate = slate();
    List<?> items =
        (List<?>) slate.getField(slate.getDescriptorForType().findFieldByName("recommendations"));
    return (Recommendation) items.get(Fields.number(Fields.object(step, "request"), "position"));
  }

  private Message slate() {
    if (calls.lastReply() == null) {
      throw new IllegalStateException("no slate was asked for");
    }
    return calls.lastReply();
  }

  private ImpressionTracker tracker() {
    if (trackedSlate != slate()) {
      trackedSlate = slate();
      tracker = (ImpressionTracker) opened(trackedSlate);
    }
    return tracker;
  }

  private Object opened(Message slate) {
    try {
      Method made = ShortlistClient.class.getMethod("impressions", slate.getClass(), Subject.class);
      return made.invoke(client.get(), slate, subject());
    } catch (ReflectiveOperationException unknown) {
      throw new IllegalStateException(slate.getClass() + " is no slate", unknown);
    }
  }

  private Subject subject() {
    Message request = calls.lastRequest();
    String user = text(request, "user_id");
    return user.isEmpty() ? Subject.visitorId(text(request, "visitor_id")) : Subject.userId(user);
  }

  /** A field of a message; empty: it has none such, as requests without a subject. */
  private static String text(Message message, String name) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
    return field == null ? "" : (String) message.getField(field);
  }
}
