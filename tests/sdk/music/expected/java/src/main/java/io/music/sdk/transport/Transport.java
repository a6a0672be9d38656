package io.music.sdk.transport;

import com.google.protobuf.Message;
import io.grpc.ClientCall;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Carries single attempts. Deadlines, retries and credentials are decided above it. */
public interface Transport extends AutoCloseable {
  /**
   * Makes one attempt of a unary call; cancelling the future cancels the attempt. Fails with {@link
   * TransportException}.
   *
   * @param timeout time left; null: no limit
   */
  <Q extends Message, R extends Message> CompletableFuture<Reply<R>> call(
      RpcMethod<Q, R> method, Q request, Map<String, String> headers, Duration timeout);

  /**
   * Opens a streaming call.
   *
   * @param timeout time left; null: no limit
   */
  <Q extends Message, R extends Message> ClientCall<Q, R> open(
      RpcMethod<Q, R> method, Map<String, String> headers, Duration timeout);

  @Override
  default void close() {}

  /** An answer with what came beside it. */
  final class Reply<R> {
    private final R message;
    private final Map<String, String> headers;

    public Reply(R message, Map<String, String> headers) {
      this.message = message;
      this.headers = headers;
    }

    /** The answer. */
    public R message() {
      return message;
    }

    /** Response headers and trailers, names in lower case. */
    public Map<String, String> headers() {
      return headers;
    }
  }
}
