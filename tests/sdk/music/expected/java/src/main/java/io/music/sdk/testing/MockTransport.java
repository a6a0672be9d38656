package io.music.sdk.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.grpc.Status.Code;
import io.music.sdk.MusicException;
import io.music.sdk.transport.RpcMethod;
import io.music.sdk.transport.Transport;
import io.music.sdk.transport.TransportException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * Answers calls in your tests without a server, and records them. Serves unary methods; the last
 * answer given for a method counts.
 */
public final class MockTransport implements Transport {
  private final Map<String, Function<Call, CompletableFuture<? extends Message>>> answers =
      new ConcurrentHashMap<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();

  /** Always answers with this. */
  public <R extends Message> MockTransport reply(RpcMethod<?, R> method, R reply) {
    answers.put(method.name(), call -> CompletableFuture.completedFuture(reply));
    return this;
  }

  /** Answers by the request; may throw what {@link #error} takes. */
  public <Q extends Message, R extends Message> MockTransport answer(
      RpcMethod<Q, R> method, Function<Q, R> function) {
    return answerAsync(
        method, request -> CompletableFuture.completedFuture(function.apply(request)));
  }

  /** Answers by the request, in its own time. */
  public <Q extends Message, R extends Message> MockTransport answerAsync(
      RpcMethod<Q, R> method, Function<Q, CompletableFuture<R>> function) {
    @SuppressWarnings("unchecked") // A method is only ever called with its own request.
    Function<Call, CompletableFuture<? extends Message>> answer =
        call -> function.apply((Q) call.request());
    answers.put(method.name(), answer);
    return this;
  }

  /** Always fails: with a {@link MusicException} as it is, or with a TransportException. */
  public MockTransport error(RpcMethod<?, ?> method, RuntimeException error) {
    answers.put(method.name(), call -> CompletableFuture.failedFuture(error));
    return this;
  }

  /** Every attempt so far, oldest first. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  @Override
  public <Q extends Message, R extends Message> CompletableFuture<Reply<R>> call(
      RpcMethod<Q, R> method, Q request, Map<String, String> headers, Duration timeout) {
    Call call = new Call(method.name(), request, headers, timeout);
    calls.add(call);
    var answer = answers.get(method.name());
    if (answer == null) {
      String message = "the mock transport has no answer for " + method.name();
      return CompletableFuture.failedFuture(
          new TransportException(Code.UNIMPLEMENTED, message, ByteString.EMPTY, Map.of(), null));
    }
    @SuppressWarnings("unchecked") // Registered with the method's own reply.
    CompletableFuture<R> reply = (CompletableFuture<R>) answer.apply(call);
    CompletableFuture<Reply<R>> done = reply.thenApply(message -> new Reply<>(message, Map.of()));
    done.whenComplete(
        (message, error) -> {
          if (done.isCancelled()) {
            reply.cancel(true);
          }
        });
    return done;
  }

  @Override
  public <Q extends Message, R extends Message> ClientCall<Q, R> open(
      RpcMethod<Q, R> method, Map<String, String> headers, Duration timeout) {
    throw new UnsupportedOperationException("the mock transport serves unary methods only");
  }

  /** One attempt. */
  public static final class Call {
    private final String method;
    private final Message request;
    private final Map<String, String> headers;
    private final Duration timeout;

    private Call(String method, Message request, Map<String, String> headers, Duration timeout) {
      this.method = method;
      this.request = request;
      this.headers = Map.copyOf(headers);
      this.timeout = timeout;
    }

    /** Full name, {@code package.Service/Method}. */
    public String method() {
      return method;
    }

    /** What was sent. */
    public Message request() {
      return request;
    }

    /** What was sent beside it. */
    public Map<String, String> headers() {
      return headers;
    }

    /** Time that was left; null: no limit. */
    public Duration timeout() {
      return timeout;
    }
  }
}
