package io.shortlist.sdk.transport;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.util.Map;

/** An attempt has failed: what the wire said of it. */
public final class TransportException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;
  private final transient ByteString status;
  private final transient Map<String, String> headers;

  /**
   * @param status a serialized google.rpc.Status; empty: the server sent none
   * @param headers response headers and trailers, names in lower case
   */
  public TransportException(
      Status.Code code,
      String message,
      ByteString status,
      Map<String, String> headers,
      Throwable cause) {
    super(message, cause);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }

  /** Canonical code. */
  public Status.Code code() {
    return code;
  }

  /** A serialized google.rpc.Status; empty: the server sent none. */
  public ByteString status() {
    return status;
  }

  /** Response headers and trailers, names in lower case. */
  public Map<String, String> headers() {
    return headers;
  }
}
