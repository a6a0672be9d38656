import type { Span, TextMapSetter, Tracer } from "@opentelemetry/api";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { API_NAME, VERSION } from "./api.js";
import type { ObservedCall, Telemetry } from "./core/telemetry.js";

const setter: TextMapSetter<Headers> = {
  set: (headers, name, value) => headers.set(name, value),
};

/**
 * Return telemetry that makes a client span of each logical call, with an event for each attempt,
 * and sends its context (`traceparent`) to the server. Needs `@opentelemetry/api`.
 */
export function openTelemetry(
  tracer: Tracer = trace.getTracer(`${API_NAME}-sdk`, VERSION),
): Telemetry {
  const spans = new WeakMap<ObservedCall, Span>();
  return {
    onCallStart(call) {
      const [service = "", method = ""] = call.method.split("/");
      const span = tracer.startSpan(call.method, {
        kind: SpanKind.CLIENT,
        attributes: {
          "rpc.system": "connect_rpc",
          "rpc.service": service,
          "rpc.method": method,
          [`${API_NAME}.request_id`]: call.requestId,
        },
      });
      spans.set(call, span);
      propagation.inject(trace.setSpan(context.active(), span), call.metadata, setter);
    },
    onAttempt(call, { attempt, code, durationMs }) {
      const attributes = {
        "rpc.attempt": attempt,
        "rpc.code": code,
        "rpc.duration_ms": durationMs,
      };
      spans.get(call)?.addEvent("attempt", attributes);
    },
    onCallEnd(call, { code, reason, attempts, fromCache }) {
      const span = spans.get(call);
      span?.setAttributes({
        "rpc.code": code,
        "rpc.attempts": attempts,
        [`${API_NAME}.from_cache`]: fromCache,
        ...(reason ? { "error.type": reason } : {}),
      });
      if (code !== "OK") {
        span?.setStatus({ code: SpanStatusCode.ERROR, message: reason || code });
      }
      span?.end();
    },
  };
}
