package io.music.sdk.opentelemetry;

import io.grpc.Status;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.music.sdk.Telemetry;
import java.time.Duration;

/**
 * Reports calls to OpenTelemetry: a span a call with an event an attempt, and the histogram {@code
 * rpc.client.duration}. Needs {@code opentelemetry-api}, which this package does not bring.
 */
public final class OpenTelemetryTelemetry implements Telemetry {
  private static final String SCOPE = "io.music.sdk";
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<Long> STATUS = AttributeKey.longKey("rpc.grpc.status_code");
  private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("attempt");
  private static final double NANOS_PER_MS = 1e6;

  private final Tracer tracer;
  private final DoubleHistogram durations;

  public OpenTelemetryTelemetry(OpenTelemetry openTelemetry) {
    tracer = openTelemetry.getTracer(SCOPE);
    durations =
        openTelemetry
            .getMeter(SCOPE)
            .histogramBuilder("rpc.client.duration")
            .setUnit("ms")
            .setDescription("Time of calls, all attempts included")
            .build();
  }

  @Override
  public Telemetry.Call onCallStart(String method) {
    int slash = method.indexOf('/');
    Attributes attributes =
        Attributes.of(
            SYSTEM,
            "grpc",
            SERVICE,
            method.substring(0, slash),
            METHOD,
            method.substring(slash + 1));
    Span span =
        tracer
            .spanBuilder(method)
            .setSpanKind(SpanKind.CLIENT)
            .setAllAttributes(attributes)
            .startSpan();
    return new Recorded(span, attributes);
  }

  private final class Recorded implements Telemetry.Call {
    private final Span span;
    private final Attributes attributes;

    private Recorded(Span span, Attributes attributes) {
      this.span = span;
      this.attributes = attributes;
    }

    @Override
    public void onAttempt(int attempt, Status.Code code, Duration duration) {
      span.addEvent("attempt", Attributes.of(ATTEMPT, (long) attempt, STATUS, (long) code.value()));
    }

    @Override
    public void onCallEnd(int attempts, Status.Code code, Duration duration) {
      span.setAttribute(STATUS, (long) code.value());
      if (code != Status.Code.OK) {
        span.setStatus(StatusCode.ERROR, code.name());
      }
      span.end();
      Attributes all = attributes.toBuilder().put(STATUS, (long) code.value()).build();
      durations.record(duration.toNanos() / NANOS_PER_MS, all);
    }
  }
}
