package sdktest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"google.golang.org/grpc/codes"
)

type liveServer struct {
	Endpoint     string
	APIKey       string `json:"api_key"`
	Users, Items []string
}

// live connects to the server that SHORTLIST_LIVE_SERVER's ready file tells of; without it the test is
// skipped.
func live(t *testing.T) (liveServer, *shortlist.Client) {
	t.Helper()
	path := os.Getenv("SHORTLIST_LIVE_SERVER")
	if path == "" {
		t.Skip("SHORTLIST_LIVE_SERVER is not set")
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var server liveServer
	if err := json.Unmarshal(content, &server); err != nil {
		t.Fatal(err)
	}
	client, err := shortlist.New("http://"+server.Endpoint, shortlist.WithAPIKey(server.APIKey))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return server, client
}

func forUser(id string) *shortlistv1.RecommendRequest {
	return &shortlistv1.RecommendRequest{PageSize: 20, Subject: &shortlistv1.RecommendRequest_UserId{UserId: id}}
}

func TestLiveRecommend(t *testing.T) {
	server, client := live(t)
	var info shortlist.CallInfo
	reply, err := client.Recommendations.Recommend(t.Context(), forUser(server.Users[0]), shortlist.WithCallInfo(&info))
	if err != nil || len(reply.GetRecommendations()) == 0 || reply.GetAttributionToken() == "" {
		t.Fatal(reply, err)
	}
	if reply.GetRequestId() != info.RequestID {
		t.Errorf("the reply's id is %q, ours %q", reply.GetRequestId(), info.RequestID)
	}
}

func TestLivePagingToTheEnd(t *testing.T) {
	server, client := live(t)
	seen := map[string]bool{}
	for item, err := range client.Recommendations.RecommendAll(t.Context(), forUser(server.Users[1])) {
		if err != nil {
			t.Fatal(err)
		}
		if seen[item.GetItemId()] {
			t.Fatal("twice: " + item.GetItemId())
		}
		seen[item.GetItemId()] = true
	}
	if len(seen) <= 20 {
		t.Fatalf("only %d items", len(seen))
	}
}

func TestLiveBatchEvents(t *testing.T) {
	server, client := live(t)
	slate, err := client.Recommendations.Recommend(t.Context(), forUser(server.Users[2]))
	if err != nil {
		t.Fatal(err)
	}
	var rejected []error
	queue := client.Events.NewEventQueue(queueOptions{OnRejected: func(_ *event, err error) { rejected = append(rejected, err) }})
	tracker := shortlist.NewImpressionTracker(queue, slate, shortlist.EventUserId(server.Users[2]))
	if err := tracker.Shown(slate.GetRecommendations()...); err != nil {
		t.Fatal(err)
	}
	_ = queue.Enqueue(&event{EventId: "no items"})
	if err := queue.Close(t.Context()); err != nil || queue.Len() != 0 {
		t.Fatal(err, queue.Len())
	}
	if len(rejected) != 1 || !errors.Is(rejected[0], shortlist.ReasonInvalidRequest) {
		t.Fatal(rejected)
	}
}

func TestLiveStream(t *testing.T) {
	server, client := live(t)
	stream, err := client.Events.StreamEvents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sent := &event{
		EventId: "go-stream-1", Type: shortlistv1.EventType_EVENT_TYPE_CLICK,
		Subject: &shortlistv1.Event_UserId{UserId: server.Users[3]},
		Items:   []*shortlistv1.EventItem{{ItemId: server.Items[0]}},
	}
	if err := stream.Send(&shortlistv1.StreamEventsRequest{Event: sent}); err != nil {
		t.Fatal(err)
	}
	_ = stream.CloseSend()
	reply, err := stream.Recv()
	if err != nil || reply.GetResult().GetEventId() != "go-stream-1" || reply.GetResult().GetError() != nil {
		t.Fatal(reply, err)
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Fatal(err)
	}
}

func TestLiveTypedErrors(t *testing.T) {
	server, client := live(t)
	wrong := forUser(server.Users[0])
	wrong.Filter = "nothing ="
	_, err := client.Recommendations.Recommend(t.Context(), wrong)
	var invalid *shortlist.InvalidFilterError
	if !errors.As(err, &invalid) || invalid.RequestID == "" || invalid.Code != codes.InvalidArgument {
		t.Fatalf("%T %v", err, err)
	}
	_, err = client.Catalog.GetItem(t.Context(), &shortlistv1.GetItemRequest{Name: "items/none-such"})
	if !errors.Is(err, shortlist.ReasonItemNotFound) {
		t.Fatal(err)
	}
}

func TestLiveDeadline(t *testing.T) {
	server, client := live(t)
	_, err := client.Recommendations.Recommend(t.Context(), forUser(server.Users[0]), shortlist.WithTimeout(50*time.Microsecond))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
}

func TestLiveCancellation(t *testing.T) {
	server, client := live(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	var err error
	for err == nil { // until the cancellation falls into a call
		_, err = client.Recommendations.Recommend(ctx, forUser(server.Users[0]))
	}
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestLiveQuickstart(t *testing.T) {
	server, _ := live(t)
	command := exec.Command("go", "run", "./examples/quickstart", "-endpoint", "http://"+server.Endpoint, "-user", server.Users[0])
	command.Dir = "../../../sdk/generated/go"
	command.Env = append(os.Environ(), "SHORTLIST_API_KEY="+server.APIKey)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"one page: 5 items", "impressions written", "error: INVALID_REQUEST", "deadline: true", "cancellation: true"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
