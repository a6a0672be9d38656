package io.shortlist.sdk.internal;

import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.shortlist.sdk.CallOptions;
import io.shortlist.sdk.Credentials;
import io.shortlist.sdk.Hooks;
import io.shortlist.sdk.Interceptor;
import io.shortlist.sdk.Telemetry;
import io.shortlist.sdk.transport.RpcMethod;
import io.shortlist.sdk.transport.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** What the calls of one client share; every service goes through it. */
public final class Caller implements AutoCloseable {
  private final Transport transport;
  private final Credentials credentials;
  private final TokenSource tokens;
  private final List<Interceptor> interceptors;
  private final Telemetry telemetry;
  private final Hooks hooks;
  private final RetryBudget budget = new RetryBudget();

  public Caller(
      Transport transport,
      Credentials credentials,
      List<Interceptor> interceptors,
      Telemetry telemetry,
      Hooks hooks) {
    this.transport = transport;
    this.credentials = credentials;
    this.tokens = credentials.tokenProvider().map(p -> new TokenSource(p, hooks)).orElse(null);
    this.interceptors = List.copyOf(interceptors);
    this.telemetry = telemetry;
    this.hooks = hooks;
  }

  /** Makes a unary call, with attempts as its policy allows; cancelling the future ends it. */
  public <Q extends Message, R extends Message> CompletableFuture<R> call(
      RpcMethod<Q, R> method, Q request, CallOptions options) {
    return new LogicalCall<>(this, method, options).start(request);
  }

  /** The same, waiting for the reply. */
  public <Q extends Message, R extends Message> R callAndWait(
      RpcMethod<Q, R> method, Q request, CallOptions options) {
    return Futures.await(call(method, request, options));
  }

  /** Opens a streaming call; it is never repeated, since what was sent can't be sent again. */
  public <Q extends Message, R extends Message> ClientCall<Q, R> open(
      RpcMethod<Q, R> method, CallOptions options) {
    Map<String, String> headers = headers(options);
    headers.put(Sdk.ATTEMPT_HEADER, "1");
    Futures.await(token(null)).ifPresent(token -> headers.put("authorization", "Bearer " + token));
    return new TypedErrorCall<>(
        transport.open(method, headers, timeout(method, options)), headers.get("x-request-id"));
  }

  /** Total time of a call; null: no limit. */
  Duration timeout(RpcMethod<?, ?> method, CallOptions options) {
    Duration timeout = options.timeout().orElse(method.defaultDeadline());
    return timeout.isZero() ? null : timeout;
  }

  /** What all attempts of a call send, but for the token, which may change between them. */
  Map<String, String> headers(CallOptions options) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    String key = options.idempotencyKey().orElseGet(() -> UUID.randomUUID().toString());
    headers.put("idempotency-key", key);
    headers.put("x-request-id", key);
    headers.put(Sdk.CLIENT_HEADER, Sdk.CLIENT);
    credentials.apiKey().ifPresent(apiKey -> headers.put("x-api-key", apiKey));
    headers.putAll(options.metadata());
    return headers;
  }

  /** The token to send; empty: the credentials are none or a key. */
  CompletableFuture<Optional<String>> token(String refused) {
    return tokens == null
        ? CompletableFuture.completedFuture(Optional.empty())
        : tokens.get(refused).thenApply(token -> Optional.of(token.value()));
  }

  boolean canRefresh() {
    return tokens != null;
  }

  Transport transport() {
    return transport;
  }

  List<Interceptor> interceptors() {
    return interceptors;
  }

  Telemetry telemetry() {
    return telemetry;
  }

  /** Clock, chance and sleep. */
  public Hooks hooks() {
    return hooks;
  }

  RetryBudget budget() {
    return budget;
  }

  @Override
  public void close() {
    transport.close();
    hooks.close();
  }
}
