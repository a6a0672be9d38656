package io.music.sdk.internal;

import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import io.music.sdk.transport.GrpcTransport;

/** A streaming call whose failure has a typed error as its cause. */
final class TypedErrorCall<Q, R> extends SimpleForwardingClientCall<Q, R> {
  private final String requestId;

  TypedErrorCall(ClientCall<Q, R> call, String requestId) {
    super(call);
    this.requestId = requestId;
  }

  @Override
  public void start(Listener<R> listener, Metadata headers) {
    super.start(
        new SimpleForwardingClientCallListener<R>(listener) {
          @Override
          public void onClose(Status status, Metadata trailers) {
            super.onClose(status.isOk() ? status : typed(status, trailers), trailers);
          }
        },
        headers);
  }

  private Status typed(Status status, Metadata trailers) {
    return status.withCause(
        ErrorParser.parse(GrpcTransport.failure(status, new Metadata(), trailers), requestId));
  }
}
