package sdktest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"github.com/shortlist-rec/shortlist-go/shortlisttest"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
)

type (
	event        = shortlistv1.Event
	queueOptions = shortlist.QueueOptions[*shortlistv1.Event]
)

func accepting(request *shortlistv1.BatchWriteEventsRequest) (*shortlistv1.BatchWriteEventsResponse, error) {
	return &shortlistv1.BatchWriteEventsResponse{Results: make([]*shortlistv1.WriteEventResult, len(request.GetEvents()))}, nil
}

func (f *fakeServer) batchSizes() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	var sizes []int
	for _, batch := range f.batches {
		sizes = append(sizes, len(batch.GetEvents()))
	}
	return sizes
}

func eventually(t *testing.T, what string, isTrue func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if isTrue() {
			return
		}
	}
	t.Fatal("never: " + what)
}

func TestEventsAreWrittenInOneBatchAtFifty(t *testing.T) {
	fake := &fakeServer{write: accepting}
	queue := dial(t, fake).Events.NewEventQueue(queueOptions{})
	for range 49 {
		_ = queue.Enqueue(&event{})
	}
	time.Sleep(50 * time.Millisecond)
	if sizes := fake.batchSizes(); len(sizes) != 0 {
		t.Fatalf("written early: %v", sizes)
	}
	_ = queue.Enqueue(&event{})
	eventually(t, "a batch of 50", func() bool { sizes := fake.batchSizes(); return len(sizes) == 1 && sizes[0] == 50 })
	batch := fake.batches[0]
	first := batch.GetEvents()[0]
	if len(first.GetEventId()) != 36 || first.GetEventTime() == nil || batch.GetSentTime() == nil {
		t.Errorf("not filled: %v", first)
	}
	if err := queue.Close(t.Context()); err != nil || queue.Len() != 0 {
		t.Error(err, queue.Len())
	}
	if !errors.Is(queue.Enqueue(&event{}), shortlist.ErrQueueClosed) {
		t.Error("a closed queue takes events")
	}
}

func TestWhenABatchIsWrittenCanBeChosen(t *testing.T) {
	for name, options := range map[string]queueOptions{
		"count": {FlushCount: 2, FlushAge: time.Hour}, "bytes": {FlushBytes: 60, FlushAge: time.Hour}, "age": {FlushAge: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &fakeServer{write: accepting}
			queue := dial(t, fake).Events.NewEventQueue(options)
			for range 2 {
				_ = queue.Enqueue(&event{})
			}
			eventually(t, "both are written", func() bool { return queue.Len() == 0 && len(fake.batchSizes()) > 0 })
		})
	}
}

func TestEventsAreWrittenWhenTheyAreLargeOrOld(t *testing.T) {
	fake := &fakeServer{write: accepting}
	queue := dial(t, fake).Events.NewEventQueue(queueOptions{})
	_ = queue.Enqueue(&event{AttributionToken: string(make([]byte, 65<<10))})
	eventually(t, "a batch by size", func() bool { return len(fake.batchSizes()) == 1 })

	old := &fakeServer{write: accepting}
	queue = dial(t, old, shortlist.WithClock(newFakeClock())).Events.NewEventQueue(queueOptions{})
	_ = queue.Enqueue(&event{}) // the clock jumps over the five seconds
	eventually(t, "a batch by age", func() bool { return len(old.batchSizes()) == 1 })
}

func TestARefusedEventIsReportedAndTheOthersStay(t *testing.T) {
	fake := &fakeServer{write: func(request *shortlistv1.BatchWriteEventsRequest) (*shortlistv1.BatchWriteEventsResponse, error) {
		reply, _ := accepting(request)
		refused := &statuspb.Status{Code: int32(codes.InvalidArgument), Message: "old"}
		reply.Results[1] = &shortlistv1.WriteEventResult{Outcome: &shortlistv1.WriteEventResult_Error{Error: refused}}
		return reply, nil
	}}
	var rejected []string
	queue := dial(t, fake).Events.NewEventQueue(queueOptions{OnRejected: func(e *event, err error) {
		rejected = append(rejected, fmt.Sprint(e.GetEventId(), err))
	}})
	for _, id := range []string{"a", "b", "c"} {
		_ = queue.Enqueue(&event{EventId: id})
	}
	if err := queue.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(rejected) != 1 || rejected[0][0] != 'b' || queue.Len() != 0 {
		t.Fatal(rejected)
	}
}

func TestEventsAreKeptWhileTheServerIsAway(t *testing.T) {
	path := shortlistv1.EventService_BatchWriteEvents_FullMethodName
	mock := shortlisttest.New().Fail(path, unavailable())
	client, _ := shortlist.New("", shortlist.WithTransport(mock))
	queue := client.Events.NewEventQueue(queueOptions{})
	_ = queue.Enqueue(&event{EventId: "kept"})
	if err := queue.Flush(t.Context()); !errors.Is(err, shortlist.ReasonDependencyUnavailable) || queue.Len() != 1 {
		t.Fatal(err, queue.Len())
	}
}

func TestABatchThatIsRefusedForGoodIsReported(t *testing.T) {
	path := shortlistv1.EventService_BatchWriteEvents_FullMethodName
	denied := shortlisttest.Error(codes.PermissionDenied, shortlist.ReasonScopeInsufficient, "no", 0)
	client, _ := shortlist.New("", shortlist.WithTransport(shortlisttest.New().Fail(path, denied)))
	var rejected int
	queue := client.Events.NewEventQueue(queueOptions{OnRejected: func(_ *event, err error) {
		if errors.Is(err, shortlist.ReasonScopeInsufficient) {
			rejected++
		}
	}})
	_ = queue.Enqueue(&event{})
	if err := queue.Close(t.Context()); err == nil || rejected != 1 || queue.Len() != 0 {
		t.Fatal(err, rejected, queue.Len())
	}
}

func TestTheOldestEventsAreDroppedFromAFullQueue(t *testing.T) {
	mock := shortlisttest.New().Fail(shortlistv1.EventService_BatchWriteEvents_FullMethodName, unavailable())
	client, _ := shortlist.New("", shortlist.WithTransport(mock))
	var dropped []string
	queue := client.Events.NewEventQueue(queueOptions{MaxEvents: 2, OnDropped: func(e *event) {
		dropped = append(dropped, e.GetEventId())
	}})
	for _, id := range []string{"a", "b", "c", "d"} {
		_ = queue.Enqueue(&event{EventId: id})
	}
	if fmt.Sprint(dropped) != "[a b]" || queue.Len() != 2 || queue.Dropped() != 2 {
		t.Fatal(dropped, queue.Len())
	}
}

func TestAnItemsImpressionIsReportedOnce(t *testing.T) {
	fake := &fakeServer{write: accepting}
	queue := dial(t, fake).Events.NewEventQueue(queueOptions{})
	slate := &shortlistv1.RecommendResponse{
		AttributionToken: "token",
		Recommendations:  []*shortlistv1.Recommendation{{ItemId: "i0"}, {ItemId: "i1", Position: 1}},
	}
	tracker := shortlist.NewImpressionTracker(queue, slate, shortlist.EventUserId("u"))
	_ = tracker.Shown(slate.GetRecommendations()...)
	_ = tracker.Shown(slate.GetRecommendations()...)
	_ = tracker.Clicked(slate.GetRecommendations()[1])
	if err := queue.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	events := fake.batches[0].GetEvents()
	if len(events) != 3 {
		t.Fatal(events)
	}
	second, click := events[1], events[2]
	if second.GetType() != shortlistv1.EventType_EVENT_TYPE_IMPRESSION || second.GetItems()[0].GetPosition() != 1 ||
		second.GetUserId() != "u" || second.GetAttributionToken() != "token" {
		t.Error(second)
	}
	if click.GetType() != shortlistv1.EventType_EVENT_TYPE_CLICK || click.GetItems()[0].GetItemId() != "i1" {
		t.Error(click)
	}
}
