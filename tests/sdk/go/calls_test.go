package sdktest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"github.com/shortlist-rec/shortlist-go/shortlisttest"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const recommendPath = shortlistv1.RecommendationService_Recommend_FullMethodName

func unavailable() error {
	return shortlisttest.Error(codes.Unavailable, shortlist.ReasonDependencyUnavailable, "away", 0)
}

func overloaded(delay time.Duration) error {
	return shortlisttest.Error(codes.ResourceExhausted, shortlist.ReasonOverloaded, "busy", delay)
}

func TestAnIdempotentCallIsRepeatedWithBackoff(t *testing.T) {
	clock := newFakeClock()
	fake := &fakeServer{recommend: func(_ context.Context, attempt int) (*shortlistv1.RecommendResponse, error) {
		if attempt < 4 {
			return nil, unavailable()
		}
		return &shortlistv1.RecommendResponse{SessionId: "s"}, nil
	}}
	client := dial(t, fake, shortlist.WithClock(clock))
	var info shortlist.CallInfo
	reply, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{},
		shortlist.WithCallInfo(&info), shortlist.WithTimeout(time.Minute))
	if err != nil || reply.GetSessionId() != "s" || info.Attempts != 4 {
		t.Fatalf("got %v, %v after %d attempts", reply, err, info.Attempts)
	}
	// Half of 100, 200 and 400 ms.
	want := []time.Duration{50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond}
	for i, wait := range clock.slept() {
		if wait != want[i] {
			t.Errorf("wait %d was %v, not %v", i, wait, want[i])
		}
	}
}

func TestAFifthAttemptIsNeverMade(t *testing.T) {
	fake := &fakeServer{recommend: func(context.Context, int) (*shortlistv1.RecommendResponse, error) {
		return nil, unavailable()
	}}
	client := dial(t, fake, shortlist.WithClock(newFakeClock()))
	_, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}, shortlist.WithTimeout(time.Minute))
	if !errors.Is(err, shortlist.ReasonDependencyUnavailable) || len(fake.seen()) != 4 {
		t.Fatalf("%v after %d attempts", err, len(fake.seen()))
	}
}

func TestACallThatIsNotIdempotentIsRepeatedOnlyWhenTheServerSaysSo(t *testing.T) {
	path := shortlistv1.CatalogService_CreateItem_FullMethodName
	for name, test := range map[string]struct {
		failure  error
		attempts int
	}{
		"unavailable":         {unavailable(), 1},
		"overloaded, no time": {overloaded(0), 1},
		"overloaded":          {overloaded(time.Millisecond), 2},
	} {
		mock := shortlisttest.New().Fail(path, test.failure).Reply(path, &shortlistv1.Item{})
		client, _ := shortlist.New("", shortlist.WithTransport(mock), shortlist.WithClock(newFakeClock()))
		_, err := client.Catalog.CreateItem(t.Context(), &shortlistv1.CreateItemRequest{})
		if got := len(mock.Calls(path)); got != test.attempts || (err == nil) != (test.attempts == 2) {
			t.Errorf("%s: %d attempts, %v", name, got, err)
		}
	}
}

func TestTheServersDelayIsWaitedFor(t *testing.T) {
	clock := newFakeClock()
	fake := &fakeServer{recommend: func(_ context.Context, attempt int) (*shortlistv1.RecommendResponse, error) {
		if attempt == 1 {
			return nil, overloaded(700 * time.Millisecond)
		}
		return &shortlistv1.RecommendResponse{}, nil
	}}
	client := dial(t, fake, shortlist.WithClock(clock))
	if _, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}); err != nil {
		t.Fatal(err)
	}
	if waits := clock.slept(); len(waits) != 1 || waits[0] != 750*time.Millisecond {
		t.Fatalf("waited %v", waits)
	}
}

func TestADelayPastTheDeadlineIsNotWaitedFor(t *testing.T) {
	clock := newFakeClock()
	fake := &fakeServer{recommend: func(context.Context, int) (*shortlistv1.RecommendResponse, error) {
		return nil, overloaded(time.Hour)
	}}
	client := dial(t, fake, shortlist.WithClock(clock))
	_, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	var busy *shortlist.OverloadedError
	if !errors.As(err, &busy) || busy.RetryDelay != time.Hour || len(clock.slept()) != 0 {
		t.Fatalf("%v after waits %v", err, clock.slept())
	}
}

func TestRetriesStopWhenTheBudgetIsUsedUp(t *testing.T) {
	fake := &fakeServer{recommend: func(context.Context, int) (*shortlistv1.RecommendResponse, error) {
		return nil, unavailable()
	}}
	client := dial(t, fake, shortlist.WithClock(newFakeClock()))
	for range 5 { // 3 + 3 + 3 + 1 + 0 retries of 10 tokens
		_, _ = client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}, shortlist.WithTimeout(time.Minute))
	}
	if attempts := len(fake.seen()); attempts != 5+10 {
		t.Fatalf("%d attempts", attempts)
	}
}

func TestTheDeadlineHoldsOverAllAttempts(t *testing.T) {
	fake := &fakeServer{recommend: func(ctx context.Context, attempt int) (*shortlistv1.RecommendResponse, error) {
		if attempt == 1 {
			time.Sleep(100 * time.Millisecond)
			return nil, unavailable()
		}
		left, _ := ctx.Deadline()
		if time.Until(left) > 900*time.Millisecond {
			return nil, status.Error(codes.Internal, "the second attempt has more time than was left")
		}
		<-ctx.Done()
		return nil, status.FromContextError(ctx.Err()).Err()
	}}
	client := dial(t, fake, shortlist.WithRandom(func() float64 { return 0 }))
	started := time.Now()
	_, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}, shortlist.WithTimeout(time.Second))
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) > 5*time.Second {
		t.Fatalf("%v after %v", err, time.Since(started))
	}
	if len(fake.seen()) != 2 {
		t.Fatalf("%d attempts", len(fake.seen()))
	}
}

func TestTheMethodsDeadlineIsTheDefault(t *testing.T) {
	fake := &fakeServer{recommend: func(ctx context.Context, _ int) (*shortlistv1.RecommendResponse, error) {
		deadline, ok := ctx.Deadline()
		if left := time.Until(deadline); !ok || left > 2*time.Second || left < time.Second {
			return nil, status.Errorf(codes.Internal, "deadline %v, %v", left, ok)
		}
		return &shortlistv1.RecommendResponse{}, nil
	}}
	if _, err := dial(t, fake).Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}); err != nil {
		t.Fatal(err)
	}
}

func TestCancellationEndsTheCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	fake := &fakeServer{recommend: func(served context.Context, _ int) (*shortlistv1.RecommendResponse, error) {
		cancel()
		<-served.Done()
		return nil, served.Err()
	}}
	_, err := dial(t, fake).Recommendations.Recommend(ctx, &shortlistv1.RecommendRequest{})
	if !errors.Is(err, context.Canceled) || len(fake.seen()) != 1 {
		t.Fatalf("%v after %d attempts", err, len(fake.seen()))
	}
}

func TestTheIdempotencyKeyIsTheSameInAllAttempts(t *testing.T) {
	fake := &fakeServer{recommend: func(_ context.Context, attempt int) (*shortlistv1.RecommendResponse, error) {
		if attempt < 3 {
			return nil, unavailable()
		}
		return &shortlistv1.RecommendResponse{}, nil
	}}
	client := dial(t, fake, shortlist.WithClock(newFakeClock()))
	_, _ = client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	_, _ = client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{RequestId: "mine"},
		shortlist.WithIdempotencyKey("chosen"))
	seen := fake.seen()
	first := seen[0].Get("idempotency-key")[0]
	if len(first) != 36 || first[14] != '4' {
		t.Errorf("%q is no UUIDv4", first)
	}
	for i, want := range []string{"1", "2", "3"} {
		if seen[i].Get("idempotency-key")[0] != first || seen[i].Get("x-request-id")[0] != first {
			t.Errorf("attempt %s: %v", want, seen[i])
		}
		if seen[i].Get("x-shortlist-attempt")[0] != want {
			t.Errorf("attempt %s says it is %v", want, seen[i].Get("x-shortlist-attempt"))
		}
	}
	if seen[3].Get("idempotency-key")[0] != "chosen" || seen[3].Get("x-request-id")[0] != "mine" {
		t.Errorf("what the caller chose was not sent: %v", seen[3])
	}
}

func TestTheClientSaysWhatItIs(t *testing.T) {
	fake := &fakeServer{recommend: func(context.Context, int) (*shortlistv1.RecommendResponse, error) {
		return &shortlistv1.RecommendResponse{}, nil
	}}
	client := dial(t, fake, shortlist.WithAPIKey("k"))
	_, _ = client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}, shortlist.WithMetadata("x-more", "1"))
	seen := fake.seen()[0]
	sent := seen.Get("x-shortlist-client")[0]
	if !strings.HasPrefix(sent, "sdk/go/"+shortlist.Version+"; lang/go1.") || !strings.Contains(sent, "; platform/") {
		t.Error(sent)
	}
	if !strings.HasPrefix(seen.Get("user-agent")[0], "sdk/go/") {
		t.Error(seen.Get("user-agent"))
	}
	if seen.Get("x-api-key")[0] != "k" || seen.Get("x-more")[0] != "1" {
		t.Error(seen)
	}
}

func TestErrorsAreTypedByTheirReason(t *testing.T) {
	refused, _ := status.New(codes.InvalidArgument, "no such field").WithDetails(
		&errdetails.ErrorInfo{Reason: "INVALID_FILTER", Domain: "shortlist", Metadata: map[string]string{"at": "3"}},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "filter", Description: "at 3"}}},
	)
	fake := &fakeServer{recommend: func(ctx context.Context, attempt int) (*shortlistv1.RecommendResponse, error) {
		_ = grpc.SetTrailer(ctx, metadata.Pairs("x-request-id", "from-server"))
		if attempt == 1 {
			return nil, refused.Err()
		}
		return nil, shortlisttest.Error(codes.DataLoss, "FROM_THE_FUTURE", "new", 0)
	}}
	client := dial(t, fake)
	_, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	var invalid *shortlist.InvalidFilterError
	if !errors.As(err, &invalid) || !errors.Is(err, shortlist.ReasonInvalidFilter) || errors.Is(err, shortlist.ReasonInternal) {
		t.Fatalf("%T %v", err, err)
	}
	if invalid.RequestID != "from-server" || invalid.Metadata["at"] != "3" || invalid.FieldViolations()[0].Field != "filter" {
		t.Errorf("%+v", invalid.APIError)
	}
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("status.Code is %v", status.Code(err))
	}
	_, err = client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	var unknown *shortlist.APIError
	if !errors.As(err, &unknown) || unknown.Reason != "FROM_THE_FUTURE" || unknown.Code != codes.DataLoss {
		t.Errorf("%v", err)
	}
}
