package io.shortlist.sdk.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.shortlist.sdk.ShortlistClient;
import io.shortlist.sdk.ShortlistException;
import io.shortlist.sdk.transport.GrpcTransport;
import io.shortlist.v1.CreateItemRequest;
import io.shortlist.v1.RecommendRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that are none of the contract's. */
@Timeout(30)
class WireTest {
  private static final CreateItemRequest CREATE =
      CreateItemRequest.newBuilder().setItemId("i1").build();

  @Test
  void aProxysPageIsTheErrorOfItsStatusAtOnce() {
    Metadata trailers = metadata(":status", "503", "content-type", "text/html", "retry-after", "7");
    GrpcTransport proxy = GrpcTransport.over(new Closing(Status.UNAVAILABLE, trailers));
    try (ShortlistClient client = ShortlistClient.builder(proxy).build()) {
      ShortlistException error =
          assertThrows(ShortlistException.class, () -> client.catalog().createItem(CREATE));
      assertEquals(Code.UNAVAILABLE, error.code());
      assertEquals(Optional.of(Duration.ofSeconds(7)), error.retryDelay());
    }
  }

  @Test
  void aReplyThatCannotBeReadIsNoCancellation() throws Exception {
    // As a reply: a first item of one byte, which is no message.
    BytesValue garbage = BytesValue.of(ByteString.copyFrom(new byte[] {(byte) 0xff}));
    try (FakeServer server = new FakeServer(attempt -> garbage);
        ShortlistClient client = ShortlistClient.builder(server.transport()).build()) {
      RecommendRequest request = RecommendRequest.newBuilder().setUserId("u1").build();
      ShortlistException error =
          assertThrows(ShortlistException.class, () -> client.recommendations().recommend(request));
      assertEquals(Code.INTERNAL, error.code());
    }
  }

  /** As it comes from the wire: pseudo headers too, which have no keys. */
  private static Metadata metadata(String... namesAndValues) {
    byte[][] raw = new byte[namesAndValues.length][];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = namesAndValues[i].getBytes(StandardCharsets.US_ASCII);
    }
    return InternalMetadata.newMetadata(raw);
  }

  /** A connection on which each call ends as soon as it begins. */
  private static final class Closing extends Channel {
    private final Status status;
    private final Metadata trailers;

    Closing(Status status, Metadata trailers) {
      this.status = status;
      this.trailers = trailers;
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
      return new ClientCall<>() {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          listener.onClose(status, trailers);
        }

        @Override
        public void request(int count) {}

        @Override
        public void cancel(String message, Throwable cause) {}

        @Override
        public void halfClose() {}

        @Override
        public void sendMessage(Q message) {}
      };
    }

    @Override
    public String authority() {
      return "proxy";
    }
  }
}
