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

	"github.com/music-rec/music-go"
	musicv1 "github.com/music-rec/music-go/music/v1"
)

func main() {
	endpoint := flag.String("endpoint", "http://localhost:50051", "address of the server; http:// is without TLS")
	user := flag.String("user", "u000", "for whom")
	flag.Parse()
	client, err := music.New(*endpoint, music.WithAPIKey(os.Getenv("MUSIC_API_KEY")))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := run(client, user); err != nil {
		log.Fatal(err)
	}
}

func run(client *music.Client, user *string) error {
	ctx := context.Background()
	request := func() *musicv1.NextTracksRequest {
		return &musicv1.NextTracksRequest{Count: 5, Whose: &musicv1.NextTracksRequest_ListenerId{ListenerId: *user}}
	}

	page, err := client.Radios.NextTracks(ctx, request())
	if err != nil {
		return err
	}
	fmt.Println("one page:", len(page.GetPicks()), "items")

	count := 0
	for _, err := range client.Radios.NextTracksAll(ctx, request(), music.WithMaxItems(100)) {
		if err != nil {
			return err
		}
		count++
	}
	fmt.Println("all pages:", count, "items")

	queue := client.Plays.NewPlayQueue(music.QueueOptions[*musicv1.Play]{
		OnRejected: func(_ *musicv1.Play, err error) { fmt.Println("refused:", err) },
	})
	tracker := music.NewImpressionTracker(queue, page, music.EventListenerId(*user))
	if err := tracker.Shown(page.GetPicks()...); err != nil {
		return err
	}
	if err := queue.Close(ctx); err != nil {
		return err
	}
	fmt.Println("events: impressions written")

	wrong := request()
	wrong.Count = -1
	var failure *music.APIError
	if _, err = client.Radios.NextTracks(ctx, wrong); errors.As(err, &failure) {
		fmt.Println("error:", failure.Reason, failure.FieldViolations())
	}

	_, err = client.Radios.NextTracks(ctx, request(), music.WithTimeout(time.Microsecond))
	fmt.Println("deadline:", errors.Is(err, context.DeadlineExceeded))

	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	_, err = client.Radios.NextTracks(cancelled, request())
	fmt.Println("cancellation:", errors.Is(err, context.Canceled))
	return nil
}
