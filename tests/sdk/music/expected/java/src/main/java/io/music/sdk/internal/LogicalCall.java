package io.music.sdk.internal;

import com.google.protobuf.Message;
import io.grpc.Status.Code;
import io.music.sdk.CallContext;
import io.music.sdk.CallInfo;
import io.music.sdk.CallOptions;
import io.music.sdk.Hooks;
import io.music.sdk.Interceptor;
import io.music.sdk.MusicException;
import io.music.sdk.Telemetry;
import io.music.sdk.transport.RpcMethod;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One call as its caller sees it: interceptors around it, attempts inside, one deadline over all.
 *
 * <p>Attempts themselves are {@link Attempts}; this is what happens once a call.
 */
final class LogicalCall<Q extends Message, R extends Message> {
  private final Caller caller;
  private final RpcMethod<Q, R> method;
  private final CallOptions options;
  private final CallContext context;
  private final Hooks hooks;
  private final long startedNanos;
  private final Deadline deadline;
  private final Telemetry.Call telemetry;
  private final Attempts<Q, R> attempts;
  private final AtomicBoolean isReported = new AtomicBoolean();
  private final Result result = new Result();
  private final CompletableFuture<Void> abandoned = new CompletableFuture<>();

  LogicalCall(Caller caller, RpcMethod<Q, R> method, CallOptions options) {
    this.caller = caller;
    this.method = method;
    this.options = options;
    context = new CallContext(method.name(), options, caller.headers(options));
    hooks = caller.hooks();
    startedNanos = hooks.nanoTime();
    deadline = new Deadline(hooks, caller.timeout(method, options));
    telemetry = caller.telemetry().onCallStart(method.name());
    attempts = new Attempts<>(caller, method, context, deadline, telemetry, abandoned);
  }

  CompletableFuture<R> start(Q request) {
    guardDeadline();
    proceed(0, request)
        .whenComplete(
            (reply, error) -> {
              if (error == null) {
                succeed(reply);
              } else {
                fail(error);
              }
            });
    return result;
  }

  private CompletableFuture<Message> proceed(int index, Message request) {
    List<Interceptor> interceptors = caller.interceptors();
    try {
      if (index < interceptors.size()) {
        Interceptor.Next next = changed -> proceed(index + 1, changed);
        return interceptors.get(index).intercept(request, context, next);
      }
      @SuppressWarnings("unchecked") // Interceptors answer for handing on what the method takes.
      Q typed = (Q) request;
      return attempts.run(typed);
    } catch (RuntimeException error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  /** An interceptor or a token provider that hangs must not outlast the deadline either. */
  private void guardDeadline() {
    Duration left = deadline.left();
    if (left != null) {
      CompletableFuture<Void> timer =
          new CompletableFuture<Void>()
              .completeOnTimeout(null, left.toNanos(), TimeUnit.NANOSECONDS);
      timer.thenRun(() -> fail(attempts.deadlineExceeded()));
      result.whenComplete((reply, error) -> timer.cancel(false));
    }
  }

  @SuppressWarnings("unchecked") // As above, of what they answer.
  private void succeed(Message reply) {
    report(Code.OK);
    result.complete((R) reply);
  }

  private void fail(Throwable error) {
    Throwable cause = Futures.unwrap(error);
    report(
        cause instanceof MusicException ? ((MusicException) cause).code() : Code.UNKNOWN);
    result.completeExceptionally(cause);
    abandoned.complete(null);
  }

  /** Before the result is there, so that a caller who waits for it finds everything told. */
  private void report(Code code) {
    if (isReported.compareAndSet(false, true)) {
      Duration duration = Duration.ofNanos(hooks.nanoTime() - startedNanos);
      telemetry.onCallEnd(attempts.count(), code, duration);
      options.infoListener().accept(new CallInfo(attempts.count(), attempts.requestId()));
    }
  }

  private final class Result extends CompletableFuture<R> {
    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
      if (!isDone()) {
        report(Code.CANCELLED);
      }
      boolean isCancelled = super.cancel(mayInterruptIfRunning);
      abandoned.complete(null);
      return isCancelled;
    }
  }
}
