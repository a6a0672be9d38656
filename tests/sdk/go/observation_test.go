package sdktest

import (
	"context"
	"testing"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"github.com/shortlist-rec/shortlist-go/shortlistotel"
	"github.com/shortlist-rec/shortlist-go/shortlisttest"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

func failingOnce() *shortlisttest.Mock {
	return shortlisttest.New().
		Fail(recommendPath, unavailable()).
		Reply(recommendPath, &shortlistv1.RecommendResponse{SessionId: "s"})
}

func TestInterceptorsStandAroundTheLogicalCall(t *testing.T) {
	var order []string
	named := func(name string) shortlist.Interceptor {
		return func(ctx context.Context, call *shortlist.Call, next shortlist.Invoker) (proto.Message, error) {
			order = append(order, name)
			call.Metadata.Set("x-"+name, "1")
			reply, err := next(ctx, call)
			order = append(order, name)
			return reply, err
		}
	}
	mock := failingOnce()
	client, _ := shortlist.New("", shortlist.WithTransport(mock), shortlist.WithClock(newFakeClock()),
		shortlist.WithInterceptors(named("outer"), named("inner")))
	if _, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := len(order); got != 4 || order[0] != "outer" || order[1] != "inner" || order[3] != "outer" {
		t.Fatal(order)
	}
	for _, attempt := range mock.Calls(recommendPath) {
		if attempt.Metadata.Get("x-outer") == nil || attempt.Metadata.Get("x-inner") == nil {
			t.Error(attempt.Metadata)
		}
	}
}

func TestAnInterceptorMayAnswer(t *testing.T) {
	mock := shortlisttest.New()
	answer := func(context.Context, *shortlist.Call, shortlist.Invoker) (proto.Message, error) {
		return &shortlistv1.RecommendResponse{SessionId: "mine"}, nil
	}
	client, _ := shortlist.New("", shortlist.WithTransport(mock), shortlist.WithInterceptors(answer))
	reply, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	if err != nil || reply.GetSessionId() != "mine" || len(mock.Calls("")) != 0 {
		t.Fatal(reply, err)
	}
}

func TestHooksSeeCallsAndAttempts(t *testing.T) {
	var attempts []codes.Code
	var ends []shortlist.CallEnd
	hooks := shortlist.Hooks{
		OnAttempt: func(_ context.Context, end shortlist.AttemptEnd) { attempts = append(attempts, end.Code) },
		OnCallEnd: func(_ context.Context, end shortlist.CallEnd) { ends = append(ends, end) },
	}
	client, _ := shortlist.New("", shortlist.WithTransport(failingOnce()), shortlist.WithClock(newFakeClock()),
		shortlist.WithHooks(hooks))
	if _, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}); err != nil {
		t.Fatal(err)
	}
	if len(attempts) != 2 || attempts[0] != codes.Unavailable || attempts[1] != codes.OK {
		t.Error(attempts)
	}
	if len(ends) != 1 || ends[0].Attempts != 2 || ends[0].Duration <= 0 || ends[0].Method.Name() != "Recommend" {
		t.Errorf("%+v", ends)
	}
}

func TestOpenTelemetryGetsASpanAndSendsItsContext(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	before := otel.GetTextMapPropagator()
	otel.SetTextMapPropagator(propagation.TraceContext{})
	t.Cleanup(func() { otel.SetTextMapPropagator(before) })
	options, err := shortlistotel.WithOpenTelemetry(tracers, nil)
	if err != nil {
		t.Fatal(err)
	}
	mock := failingOnce()
	options = append(options, shortlist.WithTransport(mock), shortlist.WithClock(newFakeClock()))
	client, _ := shortlist.New("", options...)
	if _, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}); err != nil {
		t.Fatal(err)
	}
	spans := recorder.Ended()
	if len(spans) != 1 || spans[0].Name() != "shortlist.v1.RecommendationService/Recommend" || len(spans[0].Events()) != 2 {
		t.Fatal(spans)
	}
	sent := mock.Calls("")[0].Metadata.Get("traceparent")
	if len(sent) != 1 || sent[0][3:35] != spans[0].SpanContext().TraceID().String() {
		t.Fatal(sent)
	}
}

func TestAKeptReplyServesWhileItIsFreshAndStaleWhenTheServerIsAway(t *testing.T) {
	clock := newFakeClock()
	mock := shortlisttest.New().
		Reply(recommendPath, &shortlistv1.RecommendResponse{SessionId: "first"}).
		Fail(recommendPath, unavailable())
	var policy shortlist.Method
	look := func(ctx context.Context, call *shortlist.Call, next shortlist.Invoker) (proto.Message, error) {
		policy = *call.Method
		return next(ctx, call)
	}
	client, _ := shortlist.New("", shortlist.WithTransport(mock), shortlist.WithClock(clock),
		shortlist.WithCache(0), shortlist.WithInterceptors(look))
	var info shortlist.CallInfo
	call := func(id string) error {
		info = shortlist.CallInfo{}
		reply, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{RequestId: id},
			shortlist.WithCallInfo(&info), shortlist.WithTimeout(48*time.Hour))
		if err == nil && reply.GetSessionId() != "first" {
			t.Errorf("%s: %v", id, reply)
		}
		return err
	}
	if err := call("a"); err != nil || info.FromCache {
		t.Fatal(err, info)
	}
	clock.advance(policy.CacheMaxAge - time.Second)
	if err := call("b"); err != nil || !info.FromCache || info.IsStale || len(mock.Calls("")) != 1 {
		t.Fatal(err, info)
	}
	clock.advance(2 * time.Second)
	if err := call("c"); err != nil || !info.IsStale {
		t.Fatal(err, info)
	}
	clock.advance(policy.CacheStaleIfError)
	if err := call("d"); err == nil {
		t.Fatal("a reply of yesterday was served")
	}
}
