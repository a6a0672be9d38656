// Command quickstart calls a server: a page, all pages, events in a batch, a typed error, a deadline and
// a cancellation.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
)

func main() {
	endpoint := flag.String("endpoint", "http://localhost:50051", "address of the server; http:// is without TLS")
	user := flag.String("user", "u000", "for whom")
	flag.Parse()
	client, err := shortlist.New(*endpoint, shortlist.WithAPIKey(os.Getenv("SHORTLIST_API_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := run(client, user); err != nil {
		log.Fatal(err)
	}
}

func run(client *shortlist.Client, user *string) error {
	ctx := context.Background()
	request := func() *shortlistv1.RecommendRequest {
		return &shortlistv1.RecommendRequest{PageSize: 5, Subject: &shortlistv1.RecommendRequest_UserId{UserId: *user}}
	}

	page, err := client.Recommendations.Recommend(ctx, request())
	if err != nil {
		return err
	}
	fmt.Println("one page:", len(page.GetRecommendations()), "items")

	count := 0
	for _, err := range client.Recommendations.RecommendAll(ctx, request(), shortlist.WithMaxItems(100)) {
		if err != nil {
			return err
		}
		count++
	}
	fmt.Println("all pages:", count, "items")

	queue := client.Events.NewEventQueue(shortlist.QueueOptions[*shortlistv1.Event]{
		OnRejected: func(_ *shortlistv1.Event, err error) { fmt.Println("refused:", err) },
	})
	tracker := shortlist.NewImpressionTracker(queue, page, shortlist.EventUserId(*user))
	if err := tracker.Shown(page.GetRecommendations()...); err != nil {
		return err
	}
	if err := queue.Close(ctx); err != nil {
		return err
	}
	fmt.Println("events: impressions written")

	wrong := request()
	wrong.PageSize = -1
	var failure *shortlist.APIError
	if _, err = client.Recommendations.Recommend(ctx, wrong); errors.As(err, &failure) {
		fmt.Println("error:", failure.Reason, failure.FieldViolations())
	}

	_, err = client.Recommendations.Recommend(ctx, request(), shortlist.WithTimeout(time.Microsecond))
	fmt.Println("deadline:", errors.Is(err, context.DeadlineExceeded))

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = client.Recommendations.Recommend(cancelled, request())
	fmt.Println("cancellation:", errors.Is(err, context.Canceled))
	return nil
}
