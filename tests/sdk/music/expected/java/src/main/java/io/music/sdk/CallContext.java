package io.music.sdk;

import java.util.Map;

/** The call that an interceptor stands around. */
public final class CallContext {
  private final String method;
  private final CallOptions options;
  private final Map<String, String> headers;

  public CallContext(String method, CallOptions options, Map<String, String> headers) {
    this.method = method;
    this.options = options;
    this.headers = headers;
  }

  /** Full name, {@code package.Service/Method}. */
  public String method() {
    return method;
  }

  /** As the caller gave them. */
  public CallOptions options() {
    return options;
  }

  /** What every attempt sends; an interceptor may change it before it goes on. */
  public Map<String, String> headers() {
    return headers;
  }
}
