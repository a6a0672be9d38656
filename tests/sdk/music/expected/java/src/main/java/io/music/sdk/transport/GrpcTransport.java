package io.music.sdk.transport;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** gRPC over HTTP/2. */
public final class GrpcTransport implements Transport {
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
  private static final int MAX_MESSAGE_BYTES = 16 << 20;
  private static final int DEFAULT_TLS_PORT = 443;

  private final Channel channel;
  private final Runnable close;

  private GrpcTransport(Channel channel, Runnable close) {
    this.channel = channel;
    this.close = close;
  }

  /**
   * Connects on the first call.
   *
   * @param endpoint {@code https://host[:port]}, {@code host:port} (TLS too), or {@code
   *     http://host:port} without TLS
   */
  public static GrpcTransport connect(String endpoint, String userAgent) {
    URI uri = URI.create(endpoint.contains("://") ? endpoint : "https://" + endpoint);
    boolean plain = "http".equals(uri.getScheme());
    if (uri.getHost() == null || !(plain || "https".equals(uri.getScheme()))) {
      throw new IllegalArgumentException(endpoint + " is no https://host:port or http://host:port");
    }
    int port = uri.getPort() >= 0 ? uri.getPort() : plain ? 80 : DEFAULT_TLS_PORT;
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(uri.getHost(), port)
            .userAgent(userAgent)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .disableRetry(); // Retries are decided here, within one budget and one deadline.
    if (plain) {
      builder.usePlaintext();
    }
    ManagedChannel channel = builder.build();
    return new GrpcTransport(channel, () -> shutDown(channel));
  }

  /** Uses a channel of the caller's, who closes it. */
  public static GrpcTransport over(Channel channel) {
    return new GrpcTransport(channel, () -> {});
  }

  @Override
  public <Q extends Message, R extends Message> CompletableFuture<Reply<R>> call(
      RpcMethod<Q, R> method, Q request, Map<String, String> headers, Duration timeout) {
    ClientCall<Q, R> call = channel.newCall(method.descriptor(), options(timeout));
    UnaryListener<R> listener = new UnaryListener<>();
    call.start(listener, metadata(headers));
    listener.done.whenComplete(
        (reply, error) -> {
          if (listener.done.isCancelled()) {
            call.cancel("cancelled by the caller", null);
          }
        });
    call.sendMessage(request);
    call.halfClose();
    call.request(2); // A second one would be a fault that gRPC reports.
    return listener.done;
  }

  @Override
  public <Q extends Message, R extends Message> ClientCall<Q, R> open(
      RpcMethod<Q, R> method, Map<String, String> headers, Duration timeout) {
    return ClientInterceptors.intercept(
            channel, MetadataUtils.newAttachHeadersInterceptor(metadata(headers)))
        .newCall(method.descriptor(), options(timeout));
  }

  @Override
  public void close() {
    close.run();
  }

  /** What gRPC says of a failure, in the terms of this package. */
  public static TransportException failure(Status closed, Metadata headers, Metadata trailers) {
    Status status = causeOf(closed);
    byte[] details = trailers.get(DETAILS);
    Map<String, String> all = strings(headers);
    all.putAll(strings(trailers));
    String message = status.getDescription() == null ? "" : status.getDescription();
    return new TransportException(
        status.getCode(),
        message,
        details == null ? ByteString.EMPTY : ByteString.copyFrom(details),
        all,
        status.getCause());
  }

  /** A message that can't be read ends a call as cancelled by gRPC itself: the reader says why. */
  private static Status causeOf(Status closed) {
    boolean isUnread =
        closed.getCode() == Status.Code.CANCELLED
            && closed.getCause() instanceof StatusRuntimeException;
    return isUnread ? ((StatusRuntimeException) closed.getCause()).getStatus() : closed;
  }

  private static CallOptions options(Duration timeout) {
    return timeout == null
        ? CallOptions.DEFAULT
        : CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static Metadata metadata(Map<String, String> headers) {
    Metadata metadata = new Metadata();
    headers.forEach((name, value) -> metadata.put(key(name), value));
    return metadata;
  }

  private static Map<String, String> strings(Metadata metadata) {
    Map<String, String> found = new HashMap<>();
    for (String name : metadata.keys()) {
      // What a proxy answers has its HTTP status in `:status`, which is no key of metadata.
      if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX) && !name.startsWith(":")) {
        found.put(name, metadata.get(key(name)));
      }
    }
    return found;
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static void shutDown(ManagedChannel channel) {
    channel.shutdown();
    try {
      if (!channel.awaitTermination(1, TimeUnit.SECONDS)) {
        channel.shutdownNow();
      }
    } catch (InterruptedException error) {
      channel.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static final class UnaryListener<R> extends ClientCall.Listener<R> {
    private final CompletableFuture<Reply<R>> done = new CompletableFuture<>();
    private Metadata headers = new Metadata();
    private R message;

    @Override
    public void onHeaders(Metadata received) {
      headers = received;
    }

    @Override
    public void onMessage(R received) {
      message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk() && message != null) {
        Map<String, String> all = strings(headers);
        all.putAll(strings(trailers));
        done.complete(new Reply<>(message, all));
      } else {
        Status failed =
            status.isOk() ? Status.INTERNAL.withDescription("no reply message") : status;
        done.completeExceptionally(failure(failed, headers, trailers));
      }
    }
  }
}
