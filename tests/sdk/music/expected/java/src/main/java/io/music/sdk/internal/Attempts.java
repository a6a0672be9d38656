package io.music.sdk.internal;

import com.google.protobuf.Message;
import io.grpc.Status.Code;
import io.music.sdk.CallContext;
import io.music.sdk.Hooks;
import io.music.sdk.MusicException;
import io.music.sdk.Telemetry;
import io.music.sdk.errors.ErrorReasons;
import io.music.sdk.errors.ErrorReasons.Retry;
import io.music.sdk.transport.RpcMethod;
import io.music.sdk.transport.Transport;
import io.music.sdk.transport.TransportException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The attempts of one call: at most four, within its deadline and the client's retry budget. */
final class Attempts<Q extends Message, R extends Message> {
  private static final int MAX_ATTEMPTS = 4;

  private final Caller caller;
  private final RpcMethod<Q, R> method;
  private final CallContext context;
  private final Deadline deadline;
  private final Telemetry.Call telemetry;
  private final CompletableFuture<Void> abandoned;
  private final Hooks hooks;

  // One attempt at a time touches these, each begun by the end of the one before.
  private volatile int count;
  private volatile String requestId;
  private String sentToken;
  private String refusedToken;

  Attempts(
      Caller caller,
      RpcMethod<Q, R> method,
      CallContext context,
      Deadline deadline,
      Telemetry.Call telemetry,
      CompletableFuture<Void> abandoned) {
    this.caller = caller;
    this.method = method;
    this.context = context;
    this.deadline = deadline;
    this.telemetry = telemetry;
    this.abandoned = abandoned;
    hooks = caller.hooks();
    requestId = context.headers().get("x-request-id");
  }

  CompletableFuture<Message> run(Q request) {
    CompletableFuture<Message> done = new CompletableFuture<>();
    attempt(request, done);
    return done;
  }

  int count() {
    return count;
  }

  /** As the server answered it, else as it was sent. */
  String requestId() {
    return requestId;
  }

  MusicException deadlineExceeded() {
    return ErrorParser.local(
        Code.DEADLINE_EXCEEDED,
        "no answer within the call's time, after " + count + " attempts",
        requestId,
        null);
  }

  private void attempt(Q request, CompletableFuture<Message> done) {
    if (abandoned.isDone()) {
      return; // The caller has its answer, or wants none.
    }
    if (deadline.isOver()) {
      done.completeExceptionally(deadlineExceeded());
      return;
    }
    until(caller.token(refusedToken))
        .whenComplete(
            (token, error) -> {
              if (error != null) {
                done.completeExceptionally(noToken(Futures.unwrap(error)));
              } else if (deadline.isOver()) {
                done.completeExceptionally(deadlineExceeded());
              } else {
                send(request, token, done);
              }
            });
  }

  private void send(Q request, Optional<String> token, CompletableFuture<Message> done) {
    sentToken = token.orElse(null);
    Map<String, String> headers = new HashMap<>(context.headers());
    headers.put(Sdk.ATTEMPT_HEADER, Integer.toString(++count));
    token.ifPresent(value -> headers.put("authorization", "Bearer " + value));
    long begunNanos = hooks.nanoTime();
    until(transport(request, headers))
        .whenComplete(
            (reply, error) -> {
              Duration duration = Duration.ofNanos(hooks.nanoTime() - begunNanos);
              if (error == null) {
                telemetry.onAttempt(count, Code.OK, duration);
                requestId = reply.headers().getOrDefault("x-request-id", requestId);
                caller.budget().refill();
                done.complete(reply.message());
              } else {
                MusicException failure = typed(Futures.unwrap(error));
                telemetry.onAttempt(count, failure.code(), duration);
                requestId = failure.requestId();
                retryOrFail(request, failure, done);
              }
            });
  }

  private CompletableFuture<Transport.Reply<R>> transport(Q request, Map<String, String> headers) {
    try {
      return caller.transport().call(method, request, headers, deadline.left());
    } catch (RuntimeException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private void retryOrFail(Q request, MusicException failure, CompletableFuture<Message> done) {
    Optional<Duration> wait = waitAfter(failure);
    boolean isRepeated =
        wait.isPresent() && !deadline.allowsNot(wait.get()) && caller.budget().tryTake();
    if (!isRepeated) {
      done.completeExceptionally(failure);
      return;
    }
    until(hooks.sleep(wait.get())).thenRun(() -> attempt(request, done));
  }

  /** How long to wait for another attempt; empty: there is none. */
  private Optional<Duration> waitAfter(MusicException failure) {
    if (!context.options().retries() || count >= MAX_ATTEMPTS) {
      return Optional.empty();
    }
    Retry retry = ErrorReasons.retry(failure.reason());
    if (retry == Retry.AFTER_REFRESH) {
      return refresh();
    }
    Optional<Duration> delay = failure.retryDelay();
    boolean isPromised = retry == Retry.AFTER_DELAY && delay.isPresent();
    if (!isPromised && !method.isRepeatableAfter(failure.code())) {
      return Optional.empty();
    }
    return Optional.of(
        delay
            .map(asked -> Backoff.CALLS.afterServerDelay(asked, hooks))
            .orElseGet(() -> Backoff.CALLS.afterFailure(count - 1, hooks)));
  }

  private Optional<Duration> refresh() {
    if (!caller.canRefresh() || refusedToken != null) {
      return Optional.empty();
    }
    refusedToken = sentToken;
    return Optional.of(Duration.ZERO);
  }

  private MusicException typed(Throwable error) {
    if (error instanceof TransportException) {
      return ErrorParser.parse((TransportException) error, requestId);
    }
    if (error instanceof MusicException) {
      return (MusicException) error; // A mock transport's function may throw it.
    }
    return ErrorParser.local(Code.UNKNOWN, String.valueOf(error.getMessage()), requestId, error);
  }

  private MusicException noToken(Throwable error) {
    if (error instanceof MusicException) {
      return (MusicException) error;
    }
    return ErrorParser.local(
        Code.UNAUTHENTICATED, "the token provider failed: " + error.getMessage(), requestId, error);
  }

  /** Ends what goes on when the caller gives up. */
  private <T> CompletableFuture<T> until(CompletableFuture<T> work) {
    abandoned.thenRun(() -> work.cancel(true));
    return work;
  }
}
