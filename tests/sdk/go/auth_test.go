package sdktest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"github.com/shortlist-rec/shortlist-go/shortlisttest"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

func TestConcurrentCallsShareOneRefresh(t *testing.T) {
	var forced, asked atomic.Int32
	provider := shortlist.TokenProviderFunc(func(_ context.Context, force bool) (shortlist.Token, error) {
		asked.Add(1)
		if !force {
			return shortlist.Token{Value: "old"}, nil
		}
		forced.Add(1)
		time.Sleep(50 * time.Millisecond)
		return shortlist.Token{Value: "new"}, nil
	})
	fake := &fakeServer{recommend: func(ctx context.Context, _ int) (*shortlistv1.RecommendResponse, error) {
		headers, _ := metadata.FromIncomingContext(ctx)
		if headers.Get("authorization")[0] == "Bearer old" {
			return nil, shortlisttest.Error(codes.Unauthenticated, shortlist.ReasonCredentialsExpired, "old", 0)
		}
		return &shortlistv1.RecommendResponse{}, nil
	}}
	client := dial(t, fake, shortlist.WithTokenProvider(provider))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if forced.Load() != 1 || asked.Load() != 2 {
		t.Fatalf("%d refreshes, %d asked", forced.Load(), asked.Load())
	}
}

func TestARefreshIsTriedOnce(t *testing.T) {
	provider := shortlist.TokenProviderFunc(func(context.Context, bool) (shortlist.Token, error) {
		return shortlist.Token{Value: "always old"}, nil
	})
	fake := &fakeServer{recommend: func(context.Context, int) (*shortlistv1.RecommendResponse, error) {
		return nil, shortlisttest.Error(codes.Unauthenticated, shortlist.ReasonCredentialsExpired, "old", 0)
	}}
	client := dial(t, fake, shortlist.WithTokenProvider(provider))
	_, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	var expired *shortlist.CredentialsExpiredError
	if !errors.As(err, &expired) || len(fake.seen()) != 2 {
		t.Fatalf("%v after %d attempts", err, len(fake.seen()))
	}
}

func TestATokenIsReplacedBeforeItExpires(t *testing.T) {
	clock := newFakeClock()
	var asked atomic.Int32
	provider := shortlist.TokenProviderFunc(func(context.Context, bool) (shortlist.Token, error) {
		asked.Add(1)
		return shortlist.Token{Value: "t", Expiry: clock.Now().Add(time.Minute)}, nil
	})
	fake := &fakeServer{recommend: func(context.Context, int) (*shortlistv1.RecommendResponse, error) {
		return &shortlistv1.RecommendResponse{}, nil
	}}
	client := dial(t, fake, shortlist.WithTokenProvider(provider), shortlist.WithClock(clock))
	call := func() {
		if _, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	call()
	clock.advance(29 * time.Second)
	call()
	if asked.Load() != 1 {
		t.Fatalf("asked %d times", asked.Load())
	}
	clock.advance(2 * time.Second) // 29 s before the expiry
	call()
	if asked.Load() != 2 {
		t.Fatalf("asked %d times", asked.Load())
	}
}

func TestAProvidersFailureIsAnError(t *testing.T) {
	gone := errors.New("gone")
	provider := shortlist.TokenProviderFunc(func(context.Context, bool) (shortlist.Token, error) {
		return shortlist.Token{}, gone
	})
	client := dial(t, &fakeServer{}, shortlist.WithTokenProvider(provider))
	_, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	var failure *shortlist.APIError
	if !errors.Is(err, gone) || !errors.As(err, &failure) || failure.Code != codes.Unauthenticated {
		t.Fatal(err)
	}
}
