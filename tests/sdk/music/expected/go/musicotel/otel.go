// Package musicotel reports the calls of a music client to OpenTelemetry: a span for each
// call with an event for each attempt, a histogram of durations, and the trace context in the headers.
package musicotel

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"

	"github.com/music-rec/music-go"
)

const scope = "github.com/music-rec/music-go"

// WithOpenTelemetry returns the options of a client that reports to these providers; nil stands for the
// global ones.
func WithOpenTelemetry(tracers trace.TracerProvider, meters metric.MeterProvider) ([]music.Option, error) {
	if tracers == nil {
		tracers = otel.GetTracerProvider()
	}
	if meters == nil {
		meters = otel.GetMeterProvider()
	}
	version := music.Version
	duration, err := meters.Meter(scope, metric.WithInstrumentationVersion(version)).Float64Histogram(
		"rpc.client.duration", metric.WithUnit("s"), metric.WithDescription("Time of calls, all attempts included."))
	if err != nil {
		return nil, err
	}
	reporter := &reporter{tracers.Tracer(scope, trace.WithInstrumentationVersion(version)), duration}
	return []music.Option{
		music.WithHooks(music.Hooks{
			OnCallStart: reporter.callStart, OnAttempt: reporter.attempt, OnCallEnd: reporter.callEnd,
		}),
		music.WithInterceptors(propagate),
	}, nil
}

type reporter struct {
	tracer   trace.Tracer
	duration metric.Float64Histogram
}

func (r *reporter) callStart(ctx context.Context, method *music.Method) context.Context {
	ctx, _ = r.tracer.Start(ctx, strings.TrimPrefix(method.FullName, "/"),
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attributesOf(method)...))
	return ctx
}

func (r *reporter) attempt(ctx context.Context, end music.AttemptEnd) {
	trace.SpanFromContext(ctx).AddEvent("attempt", trace.WithAttributes(
		attribute.Int("attempt", end.Attempt), attribute.String("code", end.Code.String())))
}

func (r *reporter) callEnd(ctx context.Context, end music.CallEnd) {
	code := attribute.Int("rpc.grpc.status_code", int(end.Code))
	span := trace.SpanFromContext(ctx)
	span.SetAttributes(code, attribute.Int("music.attempts", end.Attempts),
		attribute.Bool("music.from_cache", end.Info.FromCache))
	if end.Code != codes.OK {
		span.SetStatus(otelcodes.Error, string(end.Reason))
	}
	span.End()
	attributes := append(attributesOf(end.Method), code)
	r.duration.Record(ctx, end.Duration.Seconds(), metric.WithAttributes(attributes...))
}

func attributesOf(method *music.Method) []attribute.KeyValue {
	return []attribute.KeyValue{
		attribute.String("rpc.system", "grpc"),
		attribute.String("rpc.service", method.Service()),
		attribute.String("rpc.method", method.Name()),
	}
}

// propagate puts the trace context into the headers.
func propagate(ctx context.Context, call *music.Call, next music.Invoker) (proto.Message, error) {
	otel.GetTextMapPropagator().Inject(ctx, carrier(call.Metadata))
	return next(ctx, call)
}

// carrier is headers as OpenTelemetry wants them.
type carrier metadata.MD

var _ propagation.TextMapCarrier = carrier{}

func (c carrier) Get(key string) string {
	if values := metadata.MD(c).Get(key); len(values) > 0 {
		return values[0]
	}
	return ""
}

func (c carrier) Set(key, value string) { metadata.MD(c).Set(key, value) }

func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for key := range c {
		keys = append(keys, key)
	}
	return keys
}
