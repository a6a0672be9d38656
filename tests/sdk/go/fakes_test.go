// Package sdktest tests the Go package from outside, as its users see it.
package sdktest

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
)

// fakeServer answers Recommend and BatchWriteEvents with functions and keeps the headers it got.
type fakeServer struct {
	shortlistv1.UnimplementedRecommendationServiceServer
	shortlistv1.UnimplementedEventServiceServer

	recommend func(ctx context.Context, attempt int) (*shortlistv1.RecommendResponse, error)
	write     func(request *shortlistv1.BatchWriteEventsRequest) (*shortlistv1.BatchWriteEventsResponse, error)

	mu      sync.Mutex
	headers []metadata.MD
	batches []*shortlistv1.BatchWriteEventsRequest
}

func (f *fakeServer) note(ctx context.Context) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	headers, _ := metadata.FromIncomingContext(ctx)
	f.headers = append(f.headers, headers)
	return len(f.headers)
}

func (f *fakeServer) seen() []metadata.MD {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]metadata.MD(nil), f.headers...)
}

func (f *fakeServer) Recommend(ctx context.Context, _ *shortlistv1.RecommendRequest) (*shortlistv1.RecommendResponse, error) {
	return f.recommend(ctx, f.note(ctx))
}

func (f *fakeServer) WriteEvent(ctx context.Context, _ *shortlistv1.WriteEventRequest) (*shortlistv1.WriteEventResponse, error) {
	_, err := f.recommend(ctx, f.note(ctx))
	return &shortlistv1.WriteEventResponse{}, err
}

func (f *fakeServer) BatchWriteEvents(
	ctx context.Context, request *shortlistv1.BatchWriteEventsRequest,
) (*shortlistv1.BatchWriteEventsResponse, error) {
	f.note(ctx)
	f.mu.Lock()
	f.batches = append(f.batches, request)
	f.mu.Unlock()
	return f.write(request)
}

// dial serves the fake and returns a client of it.
func dial(t *testing.T, fake *fakeServer, options ...shortlist.Option) *shortlist.Client {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	server := grpc.NewServer()
	shortlistv1.RegisterRecommendationServiceServer(server, fake)
	shortlistv1.RegisterEventServiceServer(server, fake)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	options = append([]shortlist.Option{
		shortlist.WithPlaintext(),
		shortlist.WithRandom(func() float64 { return 0.5 }),
		shortlist.WithDialOptions(grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
			return listener.DialContext(ctx)
		})),
	}, options...)
	client, err := shortlist.New("passthrough:///fake", options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// fakeClock jumps instead of waiting, and notes for how long it was asked to wait.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	waits []time.Duration
}

func newFakeClock() *fakeClock { return &fakeClock{now: time.Now()} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waits = append(c.waits, d)
	return ctx.Err()
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *fakeClock) slept() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]time.Duration(nil), c.waits...)
}
