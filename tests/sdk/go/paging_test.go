package sdktest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"github.com/shortlist-rec/shortlist-go/shortlisttest"
	"google.golang.org/protobuf/proto"
)

// threePages answers with i0 i1 | nothing | i2, by page token.
func threePages() *shortlisttest.Mock {
	pages := map[string]*shortlistv1.RecommendResponse{
		"":  {Recommendations: []*shortlistv1.Recommendation{{ItemId: "i0"}, {ItemId: "i1"}}, NextPageToken: "1"},
		"1": {NextPageToken: "2"},
		"2": {Recommendations: []*shortlistv1.Recommendation{{ItemId: "i2"}}},
	}
	return shortlisttest.New().Handle(recommendPath, func(_ context.Context, request proto.Message) (proto.Message, error) {
		if page, ok := pages[request.(*shortlistv1.RecommendRequest).GetPageToken()]; ok {
			return page, nil
		}
		return nil, unavailable()
	})
}

func TestAllYieldsTheItemsOfAllPages(t *testing.T) {
	mock := threePages()
	client, _ := shortlist.New("", shortlist.WithTransport(mock))
	request := &shortlistv1.RecommendRequest{}
	for limit, want := range map[int]string{0: "[i0 i1 i2]", 1: "[i0]"} {
		var got []string
		for item, err := range client.Recommendations.RecommendAll(t.Context(), request, shortlist.WithMaxItems(limit)) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, item.GetItemId())
		}
		if fmt.Sprint(got) != want {
			t.Errorf("limit %d: %v", limit, got)
		}
	}
	if request.GetPageToken() != "" || len(mock.Calls("")) != 3+1 {
		t.Error("the caller's request was changed, or pages were fetched that no one asked for")
	}
}

func TestPagesGoOnFromATokenAndEndWithAnError(t *testing.T) {
	client, _ := shortlist.New("", shortlist.WithTransport(threePages()), shortlist.WithClock(newFakeClock()))
	count := 0
	for page, err := range client.Recommendations.RecommendPages(t.Context(), &shortlistv1.RecommendRequest{PageToken: "2"}) {
		if err != nil || page.GetRecommendations()[0].GetItemId() != "i2" {
			t.Fatal(page, err)
		}
		count++
	}
	var failure error
	for _, err := range client.Recommendations.RecommendAll(t.Context(), &shortlistv1.RecommendRequest{PageToken: "unknown"}) {
		failure = err
	}
	if count != 1 || !errors.Is(failure, shortlist.ReasonDependencyUnavailable) {
		t.Fatal(count, failure)
	}
}
