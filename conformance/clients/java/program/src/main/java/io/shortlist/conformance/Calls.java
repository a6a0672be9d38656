package io.shortlist.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.stub.StreamObserver;
import io.shortlist.sdk.CallOptions;
import io.shortlist.sdk.Paged;
import io.shortlist.sdk.ShortlistException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Steps that call methods. */
final class Calls {
  private final ProgramClient client;
  private final Rpcs rpcs;
  private final Messages messages;
  private Message lastRequest;
  private Message lastReply;

  Calls(ProgramClient client, Rpcs rpcs, Messages messages) {
    this.client = client;
    this.rpcs = rpcs;
    this.messages = messages;
  }

  /** The request of the last call that was answered; null: there was none. */
  Message lastRequest() {
    return lastRequest;
  }

  /** Its reply. */
  Message lastReply() {
    return lastReply;
  }

  JsonObject call(JsonObject step, CallOptions options)
      throws ExecutionException, InterruptedException {
    Message request = request(step);
    int times = Fields.number(step, "times");
    return times > 1
        ? burst(step, request, options, times)
        : answered(request, start(step, request, options));
  }

  JsonObject cancelAfter(JsonObject step, CallOptions options)
      throws ExecutionException, InterruptedException {
    Message request = request(step);
    CompletableFuture<Message> call = start(step, request, options);
    TimeUnit.MILLISECONDS.sleep(Fields.number(step, "after_ms"));
    call.cancel(true);
    return answered(request, call);
  }

  JsonObject paginateAll(JsonObject step, CallOptions options) {
    Object paged = rpc(step).invoke(client.get(), "Paged", request(step), options);
    JsonArray items = new JsonArray();
    JsonObject reply = new JsonObject();
    reply.add("items", items);
    JsonObject outcome = Session.reply(reply);
    try {
      for (Object item : (Paged<?, ?>) paged) {
        items.add(messages.json((Message) item));
      }
    } catch (ShortlistException error) {
      outcome.add("error", Errors.json(error));
    }
    return outcome;
  }

  JsonObject stream(JsonObject step, CallOptions options)
      throws ExecutionException, InterruptedException {
    Replies replies = new Replies();
    @SuppressWarnings("unchecked") // The observer of the method's requests, which are messages.
    StreamObserver<Message> requests =
        (StreamObserver<Message>) rpc(step).invoke(client.get(), "", replies, options);
    for (JsonElement each : Fields.list(step, "request")) {
      requests.onNext(parse(step, each));
    }
    requests.onCompleted();
    JsonArray found = new JsonArray();
    replies.end.get().forEach(each -> found.add(messages.json(each)));
    JsonObject reply = new JsonObject();
    reply.add("replies", found);
    return Session.reply(reply);
  }

  private JsonObject burst(JsonObject step, Message request, CallOptions options, int times)
      throws InterruptedException {
    List<CompletableFuture<Message>> calls = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      calls.add(start(step, request, options));
    }
    int failed = 0;
    for (CompletableFuture<Message> call : calls) {
      try {
        call.get();
      } catch (ExecutionException error) {
        failed++;
      }
    }
    JsonObject reply = new JsonObject();
    reply.addProperty("succeeded", times - failed);
    reply.addProperty("failed", failed);
    return Session.reply(reply);
  }

  private JsonObject answered(Message request, CompletableFuture<Message> call)
      throws ExecutionException, InterruptedException {
    Message reply = call.get();
    lastRequest = request;
    lastReply = reply;
    return Session.reply(messages.json(reply));
  }

  @SuppressWarnings("unchecked") // Every method answers with a message.
  private CompletableFuture<Message> start(JsonObject step, Message request, CallOptions options) {
    return (CompletableFuture<Message>) rpc(step).invoke(client.get(), "Async", request, options);
  }

  private Message request(JsonObject step) {
    return parse(step, Fields.object(step, "request"));
  }

  private Message parse(JsonObject step, JsonElement json) {
    try {
      return messages.parse(rpc(step).request(), json);
    } catch (InvalidProtocolBufferException unreadable) {
      throw new IllegalArgumentException(unreadable);
    }
  }

  private Rpcs.Rpc rpc(JsonObject step) {
    return rpcs.get(Fields.text(step, "method"));
  }

  /** Collects the replies of a stream. */
  private static final class Replies implements StreamObserver<Message> {
    private final List<Message> found = new ArrayList<>();
    private final CompletableFuture<List<Message>> end = new CompletableFuture<>();

    @Override
    public void onNext(Message reply) {
      found.add(reply);
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      end.complete(found);
    }
  }
}
