package io.shortlist.sdk.suite;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Context;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCalls;
import io.shortlist.sdk.transport.GrpcTransport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A gRPC server in this process that answers every unary method with one function, on bytes. */
final class FakeServer implements AutoCloseable {
  /** What to answer an attempt with. */
  interface Answer {
    Message to(Attempt attempt) throws Exception;
  }

  /** One attempt, as it arrived. */
  static final class Attempt {
    final int number;
    final byte[] request;
    final Metadata headers;
    final Long timeLeftMs;
    final CountDownLatch cancelled = new CountDownLatch(1);

    private Attempt(int number, byte[] request, Metadata headers, Long timeLeftMs) {
      this.number = number;
      this.request = request;
      this.headers = headers;
      this.timeLeftMs = timeLeftMs;
    }

    String header(String name) {
      return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }

  private static final Context.Key<Metadata> HEADERS = Context.key("headers");
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  final List<Attempt> attempts = new CopyOnWriteArrayList<>();
  private final Server server;
  private final ManagedChannel channel;

  FakeServer(Answer answer) {
    String name = UUID.randomUUID().toString();
    ServerCallHandler<byte[], byte[]> handler =
        ServerCalls.asyncUnaryCall(
            (request, replies) -> {
              Attempt attempt = arrived(request);
              try {
                replies.onNext(answer.to(attempt).toByteArray());
                replies.onCompleted();
              } catch (Exception error) {
                replies.onError(error);
              }
            });
    try {
      server =
          InProcessServerBuilder.forName(name)
              .fallbackHandlerRegistry(registry(withHeaders(handler)))
              .build()
              .start();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    channel = InProcessChannelBuilder.forName(name).build();
  }

  GrpcTransport transport() {
    return GrpcTransport.over(channel);
  }

  /** An error as the real server sends it. */
  static StatusException error(Status.Code code, String reason, Duration retryDelay) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage("no");
    ErrorInfo info = ErrorInfo.newBuilder().setReason(reason).setDomain("shortlist").build();
    status.addDetails(Any.pack(info));
    if (retryDelay != null) {
      RetryInfo retry =
          RetryInfo.newBuilder()
              .setRetryDelay(
                  com.google.protobuf.Duration.newBuilder()
                      .setSeconds(retryDelay.getSeconds())
                      .setNanos(retryDelay.getNano()))
              .build();
      status.addDetails(Any.pack(retry));
    }
    return error(status.build());
  }

  static StatusException error(com.google.rpc.Status status) {
    Metadata trailers = new Metadata();
    trailers.put(DETAILS, status.toByteArray());
    return Status.fromCodeValue(status.getCode())
        .withDescription(status.getMessage())
        .asException(trailers);
  }

  @Override
  public void close() throws Exception {
    channel.shutdownNow();
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
  }

  private Attempt arrived(byte[] request) {
    var deadline = Context.current().getDeadline();
    Long left = deadline == null ? null : deadline.timeRemaining(TimeUnit.MILLISECONDS);
    Attempt attempt = new Attempt(attempts.size() + 1, request, HEADERS.get(), left);
    Context.current().addListener(context -> attempt.cancelled.countDown(), Runnable::run);
    attempts.add(attempt);
    return attempt;
  }

  private static ServerCallHandler<byte[], byte[]> withHeaders(
      ServerCallHandler<byte[], byte[]> next) {
    return new ServerCallHandler<>() {
      @Override
      public ServerCall.Listener<byte[]> startCall(
          ServerCall<byte[], byte[]> call, Metadata headers) {
        Context context = Context.current().withValue(HEADERS, headers);
        return io.grpc.Contexts.interceptCall(context, call, headers, next);
      }
    };
  }

  private static HandlerRegistry registry(ServerCallHandler<byte[], byte[]> handler) {
    return new HandlerRegistry() {
      @Override
      public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
        MethodDescriptor<byte[], byte[]> method =
            MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(name)
                .setRequestMarshaller(Bytes.MARSHALLER)
                .setResponseMarshaller(Bytes.MARSHALLER)
                .build();
        return ServerMethodDefinition.create(method, handler);
      }
    };
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    MARSHALLER;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return ByteString.readFrom(stream).toByteArray();
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
  }
}
